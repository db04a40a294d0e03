"""PyTorch on the same GPU, for bench/gpu.sh --torch: W1 and W2 of the peers' README, eager and compiled, in f32 and bf16,
products of cuBLAS, and the bandwidth of a copy. Prints a line of JSON for each. Kernels are measured as `bench device` does
it: ROUNDS and MOST_RUNS are its own, operands are standard normal numbers, and bf16 products write bf16."""

import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = sys.argv[1] if len(sys.argv) > 1 else "cuda"
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0  # for a kernel; a workload takes thrice as long
ROUNDS = 11
MOST_RUNS = 1000
VOCABULARY = 65


def wait():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.ln1 = nn.LayerNorm(dim, bias=False)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.proj = nn.Linear(dim, dim, bias=False)
        self.ln2 = nn.LayerNorm(dim, bias=False)
        self.fc = nn.Linear(dim, 4 * dim, bias=False)
        self.out = nn.Linear(4 * dim, dim, bias=False)

    def forward(self, x):  # [B, T, D]
        b, t, d = x.shape
        q, k, v = self.qkv(self.ln1(x)).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(b, t, d))
        return x + self.out(F.gelu(self.fc(self.ln2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, layers, heads, dim, context):
        super().__init__()
        self.wte = nn.Embedding(VOCABULARY, dim)
        self.wpe = nn.Parameter(torch.empty(context, dim))
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(layers))
        self.lnf = nn.LayerNorm(dim, bias=False)
        self.head = nn.Linear(dim, VOCABULARY, bias=False)
        bound = 0.02 * math.sqrt(3)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                last = name.endswith(("proj.weight", "out.weight"))
                nn.init.uniform_(p, -1, 1).data.mul_(bound / math.sqrt(2 * layers) if last else bound)

    def forward(self, tokens, targets):  # [B, T] both
        x = self.wte(tokens) + self.wpe
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.lnf(x))
        return F.cross_entropy(logits.view(-1, VOCABULARY).float(), targets.view(-1))


def step_of(size, compiled, bf16):
    layers, heads, dim, context, batch = size
    torch.manual_seed(0)
    model = Gpt(layers, heads, dim, context).to(DEVICE)
    loss_of = torch.compile(model, mode="max-autotune") if compiled else model
    decayed = [p for p in model.parameters() if p.dim() == 2]
    plain = [p for p in model.parameters() if p.dim() != 2]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.99), eps=1e-8, fused=DEVICE == "cuda")
    tokens = torch.randint(VOCABULARY, (batch, context), device=DEVICE)

    def step():
        with torch.autocast(DEVICE, torch.bfloat16, enabled=bf16):
            loss = loss_of(tokens, tokens)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    return step


def nanos(run, seconds):
    """Median, fastest tenth and slowest tenth of ROUNDS rounds, after as long a time of warming up."""
    def round_of(runs):
        begun = time.perf_counter_ns()
        for _ in range(runs):
            run()
        wait()
        return time.perf_counter_ns() - begun

    round_of(1)  # compiles
    half = seconds / 2 * 1e9
    count, warmed = 1, round_of(1)
    while warmed < half:
        count, warmed = count + 1, warmed + round_of(1)
    runs = min(max(int(half / ROUNDS / (warmed / count)), 1), MOST_RUNS)
    times = sorted(round_of(runs) / runs for _ in range(ROUNDS))
    return times[ROUNDS // 2], times[ROUNDS // 10], times[ROUNDS * 9 // 10]


def tell(peer, workload, measured, unit, per_nano=None):
    median, p10, p90 = measured
    line = {"peer": peer, "workload": workload, "ms_per_step": median / 1e6, "p10": p10 / 1e6, "p90": p90 / 1e6,
            "unit_per_s": unit / median * 1e9}
    if per_nano:
        line[per_nano[0]] = per_nano[1] / median
    print(json.dumps(line), flush=True)


def main():
    name = "pytorch-" + torch.__version__
    small = DEVICE != "cuda"
    sizes = {"W1-gpt-small": (4, 4, 128, 64, 12), "W2-gpt-medium": (6, 6, 384, 256, 8)}
    for bf16 in (False, True):
        for workload, size in sizes.items():
            if small and workload.startswith("W2"):
                continue
            for compiled in (False,) if small else (False, True):
                kind = name + ("-compiled" if compiled else "-eager") + ("-bf16" if bf16 else "")
                tell(kind, workload, nanos(step_of(size, compiled, bf16), 3 * SECONDS), size[3] * size[4])
    for kind, dtype, sides in (("f32", torch.float32, (4096,)), ("bf16", torch.bfloat16, (4096, 8192))):
        for side in (256,) if small else sides:
            a = torch.randn(side, side, device=DEVICE, dtype=dtype)
            b = torch.randn(side, side, device=DEVICE, dtype=dtype)
            tell(name, f"{kind} product {side}", nanos(lambda: a @ b, SECONDS), 1, ("gflops", 2.0 * side**3))
    x = torch.randn(1 << (20 if small else 26), device=DEVICE)
    y = torch.empty_like(x)
    tell(name, "copy", nanos(lambda: y.copy_(x), SECONDS), 1, ("gb_per_s", 8.0 * x.numel()))


if __name__ == "__main__":
    main()
