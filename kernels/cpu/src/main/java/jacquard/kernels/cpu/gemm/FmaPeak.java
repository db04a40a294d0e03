package jacquard.kernels.cpu.gemm;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import jacquard.kernels.cpu.machine.VectorWidth;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;

/// The ceiling that speeds are compared with: a loop of independent fused multiply-adds in
/// registers, and nothing else.
public final class FmaPeak {
  /// The loop, as it is generated.
  public interface Loop {
    /// Runs rounds of two vector multiply-adds for each sum.
    ///
    /// @param count number of rounds
    /// @param array where the sums begin and end, so that they are needed
    void run(int count, Object array);
  }

  /// Sums that don't wait for each other. Two multiply-adds a cycle of five cycles each take ten,
  /// but only if each is begun in the very cycle in which it can be: a core of Zen 2, whose clock
  /// allows 109 GFLOP/s, reaches 87 with ten sums, 100 with twelve and 108 with thirteen. More than
  /// fourteen don't fit into 16 registers.
  private static final int CHAINS = 13;

  private static final int SAMPLE_ROUNDS = 50_000;
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");

  private final Element element;
  private final VectorWidth width;
  private final int chains;
  private final Loop loop;
  private final Object array;

  /// Writes the loop and calls it until its compilation is asked for. When that is done is another
  /// matter: until then samples are some hundred times too slow, and allocate.
  ///
  /// @param element type of the elements
  /// @param width width of the vectors
  public FmaPeak(Element element, VectorWidth width) {
    this(element, width, CHAINS);
  }

  /// What so many sums reach.
  FmaPeak(Element element, VectorWidth width, int chains) {
    this.element = element;
    this.width = width;
    this.chains = chains;
    array = element.loops().array(chains * width.lanes(element.bytes()));
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(FmaPeak.class.getPackageName(), "Peak"),
                type -> {
                  type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
                  type.withInterfaceSymbols(Loop.class.describeConstable().orElseThrow());
                  type.withMethodBody(
                      INIT_NAME,
                      MTD_void,
                      ClassFile.ACC_PUBLIC,
                      c -> c.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
                  type.withMethodBody(
                      "run",
                      MethodTypeDesc.of(CD_void, CD_int, CD_Object),
                      ClassFile.ACC_PUBLIC,
                      this::body);
                });
    try {
      loop =
          (Loop)
              MethodHandles.lookup()
                  .defineHiddenClass(bytes, true)
                  .lookupClass()
                  .getDeclaredConstructor()
                  .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot load the loop that measures the FMA peak", e);
    }
    for (int i = 0; i < 3000; i++) {
      loop.run(16, array);
    }
  }

  /// {@return the highest of some short samples, in GFLOP/s, which a busy machine disturbs least}
  public double highest() {
    double best = 0;
    for (int i = 0; i < 50; i++) {
      best = Math.max(best, sample(500));
    }
    return best;
  }

  /// {@return one sample of about half a millisecond, in GFLOP/s}
  public double sample() {
    return sample(SAMPLE_ROUNDS);
  }

  /// {@return floating-point operations of a [#sample()]}
  ///
  /// @param element type of the elements
  /// @param width width of the vectors
  public static double sampleFlops(Element element, VectorWidth width) {
    return flops(SAMPLE_ROUNDS, CHAINS, element, width);
  }

  private static double flops(int rounds, int chains, Element element, VectorWidth width) {
    return 2.0 * rounds * 2 * chains * width.lanes(element.bytes());
  }

  private double sample(int rounds) {
    long start = System.nanoTime();
    loop.run(rounds, array);
    return flops(rounds, chains, element, width) / (System.nanoTime() - start);
  }

  private void body(CodeBuilder code) {
    int lanes = width.lanes(element.bytes());
    MethodTypeDesc fromArray =
        MethodTypeDesc.of(element.vector(), SPECIES, element.array(), CD_int);
    code.aload(2).checkcast(element.array()).astore(2);
    int p = 3;
    int x = 4;
    int first = 5;
    for (int i = -1; i < chains; i++) {
      code.getstatic(element.vector(), "SPECIES_" + width.bits(), SPECIES);
      code.aload(2).loadConstant(Math.max(0, i) * lanes);
      code.invokestatic(element.vector(), "fromArray", fromArray).astore(i < 0 ? x : first + i);
    }
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.iconst_0().istore(p).labelBinding(top).iload(p).iload(1).if_icmpge(done);
    for (int f = 0; f < 2 * chains; f++) {
      int chain = first + f % chains;
      code.aload(chain).aload(x).aload(x);
      code.invokevirtual(
              element.vector(), "fma", MethodTypeDesc.of(element.vector(), VECTOR, VECTOR))
          .astore(chain);
    }
    code.iinc(p, 1).goto_(top).labelBinding(done);
    for (int i = 0; i < chains; i++) {
      code.aload(first + i).aload(2).loadConstant(i * lanes);
      code.invokevirtual(
          element.vector(), "intoArray", MethodTypeDesc.of(CD_void, element.array(), CD_int));
    }
    code.return_();
  }
}
