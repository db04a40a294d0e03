package jacquard.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AccessibleObject;
import java.net.URI;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The arrows of the house, checked on the compiled classes of every module.
@AnalyzeClasses(packages = "jacquard", importOptions = LayeringTest.WithoutTests.class)
class LayeringTest {

  static final class WithoutTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/")
          && !location.contains("/.jt/test/")
          && !location.contains("-tests.jar");
    }
  }

  /// Core modules see the JDK and the modules below them, nothing else.
  private static ArchRule onlySee(String layer, String... below) {
    return classes()
        .that()
        .resideInAPackage(layer)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(below)
                .or(resideInAnyPackage(layer, "java..", "javax..", "jdk.incubator.vector.."))
                .or(resideInAPackage("org.jspecify.annotations..")))
        .allowEmptyShould(true);
  }

  @ArchTest static final ArchRule tensorSeesNothing = onlySee("jacquard.tensor..");

  @ArchTest
  static final ArchRule autogradSeesTensor = onlySee("jacquard.autograd..", "jacquard.tensor..");

  @ArchTest
  static final ArchRule kernelsSeeTensor = onlySee("jacquard.kernels", "jacquard.tensor..");

  @ArchTest
  static final ArchRule theCpuBackEndSeesKernels =
      onlySee(
          "jacquard.kernels.cpu..",
          "jacquard.kernels",
          "jacquard.tensor..",
          "com.sun.management..");

  @ArchTest
  static final ArchRule kernelsAsTextSeeKernels =
      onlySee("jacquard.kernels.csource..", "jacquard.kernels", "jacquard.tensor..");

  @ArchTest
  static final ArchRule theOpenClBackEndSeesTextsAndJocl =
      onlySee(
          "jacquard.kernels.opencl..",
          "jacquard.kernels",
          "jacquard.kernels.csource",
          "jacquard.tensor..",
          "org.jocl..");

  @ArchTest
  static final ArchRule theCudaBackEndSeesTextsAndJcuda =
      onlySee(
          "jacquard.kernels.cuda..",
          "jacquard.kernels",
          "jacquard.kernels.csource",
          "jacquard.tensor..",
          "jcuda..");

  /// jcuda's other bindings load libraries of one version of CUDA.
  @ArchTest
  static final ArchRule onlyTheDriverOfJcudaIsUsed =
      noClasses()
          .that()
          .resideInAPackage("jacquard..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jcuda.runtime..", "jcuda.nvrtc..", "jcuda.nvptxcompiler..");

  @ArchTest
  static final ArchRule nnSeesTensorAutogradAndJackson =
      onlySee(
          "jacquard.nn..",
          "jacquard.tensor..",
          "jacquard.autograd..",
          "com.fasterxml.jackson.core..");

  @ArchTest
  static final ArchRule kernelsCoreSeesNoBackEnd =
      noClasses()
          .that()
          .resideInAPackage("jacquard.kernels")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jacquard.kernels.*..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule onlyTheCpuBackEndUsesTheVectorApi =
      noClasses()
          .that()
          .resideOutsideOfPackage("jacquard.kernels.cpu..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator..");

  /// `tensor` counts as one: its handle, graph and SPI are one API in three folders.
  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices()
          .assignedFrom(
              new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                  String name = javaClass.getPackageName();
                  return SliceIdentifier.of(
                      name.startsWith("jacquard.tensor") ? "jacquard.tensor" : name);
                }

                @Override
                public String getDescription() {
                  return "packages";
                }
              })
          .should()
          .beFreeOfCycles();

  /// The command line handles Ctrl-C with `sun.misc.Signal`; the core can't, it sees `java..` only.
  /// JMH's generated classes set the parameters of benchmarks by reflection.
  @ArchTest
  static final ArchRule nothingGoesBehindTheLanguage =
      noClasses()
          .that()
          .resideOutsideOfPackage("jacquard.bench.kernels.jmh_generated..")
          .should()
          .dependOnClassesThat()
          .haveNameMatching("(sun|jdk\\.internal)\\.(?!misc\\.Signal(Handler)?$).*")
          .orShould()
          .callMethodWhere(
              onAccessibleObject("setAccessible").or(onAccessibleObject("trySetAccessible")));

  private static DescribedPredicate<JavaMethodCall> onAccessibleObject(String method) {
    return DescribedPredicate.describe(
        method,
        call ->
            call.getTarget().getName().equals(method)
                && call.getTargetOwner().isAssignableTo(AccessibleObject.class));
  }

  /// The class path ignores `provides` and the module path ignores `META-INF/services`: both say
  /// the same.
  @Test
  void servicesAndModuleDescriptorsAgree() throws IOException {
    List<URL> descriptors =
        Collections.list(getClass().getClassLoader().getResources("module-info.class"));
    int ours = 0;
    for (URL url : descriptors) {
      ModuleDescriptor module;
      try (InputStream in = url.openStream()) {
        module = ModuleDescriptor.read(in);
      }
      if (module.name().startsWith("jacquard.")) {
        ours++;
        for (ModuleDescriptor.Provides provides : module.provides()) {
          String services = url.toString().replace("module-info.class", "META-INF/services/");
          try (InputStream in = URI.create(services + provides.service()).toURL().openStream()) {
            assertEquals(
                new TreeSet<>(provides.providers()),
                new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.replaceAll("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .collect(toCollection(TreeSet::new)),
                module.name() + " " + provides.service());
          }
        }
      }
    }
    assumeFalse(ours == 0, "compiled without module descriptors");
  }
}
