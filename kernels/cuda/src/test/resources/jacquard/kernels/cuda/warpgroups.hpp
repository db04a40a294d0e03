// Four warps that multiply together, as PTX describes `wgmma`: descriptors are decoded to addresses, operands are read from there.
// An order that PTX leaves open is refused wherever it could be seen: each 16 bytes of shared memory know whether they are being
// written (from the copy's beginning to a barrier after the writer's fence.proxy.async) or read (until a barrier after the whole
// group of warps has waited). Sums that wgmma holds are NaN to their items. Operands are read when all four warps have come or, items
// running backwards, when the first one waits.
static const int UNITS = WINDOW_BYTES / 16;
static int writers[UNITS], readers[UNITS];
static const int MOST_SUMS = 128;

struct Operand { std::vector<u32> at; int rows; };
struct Multiplication {
  u64 left, right;
  int columns, terms;
  float (*value)(const char*);
  bool turnsLeft, turnsRight;
  int came, waited;
  bool computed, over;
  Operand a, b;
};
static std::vector<Multiplication> multiplications[ITEMS / 128];

struct Sums {
  float* place;
  float real[MOST_SUMS], left[MOST_SUMS];
  int count, issued, waited;
  bool fenced, touched;
  std::vector<int> ends;
};
static Sums sums[ITEMS];

static std::vector<int> arrived[ITEMS], told[ITEMS];

static int unit(u32 address) {
  require(address >= DYNAMIC_AT && address < DYNAMIC_AT + dynamicBytes, "shared memory beyond what the launch asks for");
  return address / 16;
}

// A write by the generic proxy begins; not to where wgmma reads.
static void writes(const void* to) {
  if (!inWindow(to)) return;
  int u = unit(shared_address(to));
  require(readers[u] == 0, "what wgmma reads is written");
  writers[u]++;
}
static void hasWritten(const void* to) {
  if (inWindow(to)) arrived[threadIdx.x].push_back(unit(shared_address(to)));
}

static void fence_proxy_async() {
  auto& mine = arrived[threadIdx.x];
  told[threadIdx.x].insert(told[threadIdx.x].end(), mine.begin(), mine.end());
  mine.clear();
}

static void readAll(Multiplication& m, int change) {
  for (Operand* o : {&m.a, &m.b}) for (u32 at : o->at) readers[unit(at)] += change;
}

// All items are at a barrier.
static void settle() {
  for (auto& units : told) {
    for (int u : units) writers[u]--;
    units.clear();
  }
  for (auto& list : multiplications) {
    for (Multiplication& m : list) {
      if (m.waited == 128 && !m.over) {
        m.over = true;
        readAll(m, -1);
      }
    }
  }
}

// Where the elements of an operand lie: rows times terms. Sizes of the pattern with 128 bytes: 8 lines of 128 bytes, in which 16
// bytes are moved by an exclusive or of bits 4 to 6 of the address with bits 7 to 9.
static Operand operand(u64 descriptor, int rows, int terms, bool turns) {
  u32 start = (descriptor & 0x3fff) << 4, leading = (descriptor >> 16 & 0x3fff) << 4, stride = (descriptor >> 32 & 0x3fff) << 4;
  require(descriptor >> 62 == 1, "wgmma: another swizzle than 128 bytes");
  require((descriptor & 0x3ffec000c000c000) == 0, "wgmma: bits of a descriptor that are no part of it, or a base offset");
  require((start >> 7 & 7) == 0, "wgmma: an operand begins inside a pattern");
  Operand o = {{}, rows};
  int bytes = 32 / terms, wide = 128 / bytes;
  require(!turns || bytes == 2, "wgmma: only operands of 16 bits are turned");
  for (int x = 0; x < rows; x++) {
    for (int k = 0; k < terms; k++) {
      u32 line = turns ? start + x / wide * leading + k / 8 * stride + k % 8 * 128 + x % wide * bytes
        : start + x / 8 * stride + x % 8 * 128 + k * bytes;
      o.at.push_back(line ^ (line >> 3 & 0x70));
    }
  }
  return o;
}

static std::vector<float> values(const Operand& o, float (*value)(const char*)) {
  std::vector<float> all;
  for (u32 at : o.at) all.push_back(value(window + at));
  return all;
}

// Item t of a group has rows t / 32 * 16 + t % 32 / 4 (+ 8 for every second pair of sums), columns t % 4 * 2 and the next, + 8 for
// each four sums.
static void compute(int group, int count) {
  for (int index = 0; index < count; index++) {
    Multiplication& m = multiplications[group][index];
    if (m.computed) continue;
    m.computed = true;
    std::vector<float> a = values(m.a, m.value), b = values(m.b, m.value);
    for (int t = 0; t < 128; t++) {
      for (int q = 0; q < m.columns / 2; q++) {
        const float* left = &a[(t / 32 * 16 + t % 32 / 4 + q / 2 % 2 * 8) * m.terms];
        const float* right = &b[(q / 4 * 8 + t % 4 * 2 + q % 2) * m.terms];
        float& sum = sums[group * 128 + t].real[q];
        for (int k = 0; k < m.terms; k++) sum += left[k] * right[k];
      }
    }
  }
}

static void wgmma_fence() { sums[threadIdx.x].fenced = true; }

static void issue(float* c, Multiplication m) {
  Sums& mine = sums[threadIdx.x];
  int group = threadIdx.x / 128, bytes = m.columns / 2 * 4;
  bool same = mine.place == c && mine.count == m.columns / 2 && !memcmp(c, mine.left, bytes);
  require(same || mine.fenced, "wgmma: sums that were touched, or the first, without wgmma.fence");
  mine.fenced = false;
  if (mine.issued > mine.waited) {
    require(same, "wgmma: sums are touched before they are waited for");
  } else {
    memcpy(mine.real, c, bytes);
    mine.place = c;
    mine.count = m.columns / 2;
    memset(c, 0xff, bytes);
    memcpy(mine.left, c, bytes);
  }
  auto& list = multiplications[group];
  if ((int)list.size() == mine.issued) {
    m.a = operand(m.left, 64, m.terms, m.turnsLeft);
    m.b = operand(m.right, m.columns, m.terms, m.turnsRight);
    list.push_back(m);
  }
  Multiplication& it = list[mine.issued++];
  require(it.left == m.left && it.right == m.right && it.columns == m.columns && it.value == m.value,
    "wgmma: items of a group of warps differ");
  if (it.came % 127 == 0) { // the first and the last
    for (Operand* o : {&it.a, &it.b}) for (u32 at : o->at) require(writers[unit(at)] == 0, "wgmma reads what is being written");
  }
  if (++it.came < 128) return;
  readAll(it, 1);
  if (!backwards) compute(group, mine.issued);
}

static void wgmma_commit() { sums[threadIdx.x].ends.push_back(sums[threadIdx.x].issued); }
static void wait(int left) {
  Sums& mine = sums[threadIdx.x];
  int group = threadIdx.x / 128, target = (int)mine.ends.size() > left ? mine.ends[mine.ends.size() - 1 - left] : 0;
  meet(OF_GROUP);
  compute(group, target);
  for (; mine.waited < target; mine.waited++) multiplications[group][mine.waited].waited++;
  if (mine.issued == mine.waited && mine.place) {
    require(!memcmp(mine.place, mine.left, mine.count * 4), "wgmma: sums are touched before they are waited for");
    memcpy(mine.place, mine.real, mine.count * 4);
    memcpy(mine.left, mine.real, mine.count * 4);
  }
}
static void wgmma_wait_0() { wait(0); }
static void wgmma_wait_1() { wait(1); }

static float valueOfF16(const char* at) { return f16(*(const u16*)at); }
static float valueOfBf16(const char* at) { return bf16(*(const u16*)at); }
static float valueOfTf32(const char* at) { return valueOfTf32(*(const u32*)at); }
#define WGMMA(dtype, columns, terms, value, left, right) \
  static void wgmma_##dtype##_##columns##_##left##right(float* c, u64 a, u64 b) { \
    issue(c, Multiplication{a, b, columns, terms, value, #left[0] == 'x', #right[0] == 'x'}); \
  }
#define WGMMAS(columns) \
  WGMMA(f16, columns, 16, valueOfF16, k, k) WGMMA(f16, columns, 16, valueOfF16, k, x) \
  WGMMA(f16, columns, 16, valueOfF16, x, k) WGMMA(f16, columns, 16, valueOfF16, x, x) \
  WGMMA(bf16, columns, 16, valueOfBf16, k, k) WGMMA(bf16, columns, 16, valueOfBf16, k, x) \
  WGMMA(bf16, columns, 16, valueOfBf16, x, k) WGMMA(bf16, columns, 16, valueOfBf16, x, x) \
  WGMMA(tf32, columns, 8, valueOfTf32, k, k)
WGMMAS(128)
WGMMAS(256)

static void round_tf32(char* part) {
  require(shared_address(part) % 16 == 0, "a part is not aligned");
  writes(part);
  for (int i = 0; i < 4; i++) ((u32*)part)[i] = tf32(((u32*)part)[i]);
  hasWritten(part);
}
static void store_two(float* to, float x, float y) {
  require(((u64)to & 7) == 0, "two floats are not aligned");
  to[0] = x;
  to[1] = y;
}

// Only kernels that ask for memory at the launch have groups of warps.
static void beginGroup() {
  static bool clean = true;
  if (clean && dynamicBytes == 0) return;
  clean = dynamicBytes == 0;
  memset(window, 0xff, WINDOW_BYTES);
  memset(writers, 0, sizeof writers);
  memset(readers, 0, sizeof readers);
  for (auto& list : multiplications) list.clear();
  for (int i = 0; i < ITEMS; i++) {
    sums[i] = Sums();
    arrived[i].clear();
    told[i].clear();
  }
}

// Between two meetings: all items of a group of warps have done the same.
static void checkWarpGroups(int count) {
  for (int i = 0; i < count; i++) {
    Sums& one = sums[i], & first = sums[i / 128 * 128];
    require(one.issued == first.issued && one.ends == first.ends && (one.issued == 0 || count % 128 == 0),
      "wgmma: a group of warps is not all there");
  }
}
static void endGroup(int count) {
  for (int i = 0; i < count; i++) require(sums[i].issued == sums[i].waited, "wgmma runs on when its kernel is over");
}
