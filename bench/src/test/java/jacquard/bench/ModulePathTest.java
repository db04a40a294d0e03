package jacquard.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Tests and launcher run on the class path; a user may choose the module path.
class ModulePathTest {

  private static final Set<String> MODULES =
      Set.of(
          "jacquard.tensor",
          "jacquard.autograd",
          "jacquard.kernels",
          "jacquard.kernels.cpu",
          "jacquard.nn",
          "com.fasterxml.jackson.core");

  @Test
  void theCpuBackEndIsFoundAndComputesAsModules() throws Exception {
    ModuleFinder modules = ModuleFinder.of(modularEntriesOfTheClassPath());
    assumeTrue(modules.find("jacquard.tensor").isPresent(), "compiled without module descriptors");
    // the back end is no root: binding its service has to bring it in
    Configuration configuration =
        ModuleLayer.boot()
            .configuration()
            .resolveAndBind(ModuleFinder.of(), modules, Set.of("jacquard.nn"));
    ModuleLayer layer =
        ModuleLayer.boot()
            .defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
    assertEquals(
        MODULES, layer.modules().stream().map(Module::getName).collect(Collectors.toSet()));

    Class<?> tensor = layer.findLoader("jacquard.tensor").loadClass("jacquard.tensor.Tensor");
    assertSame(layer.findModule("jacquard.tensor").orElseThrow(), tensor.getModule());
    Object x =
        tensor
            .getMethod("of", float[].class, int[].class)
            .invoke(null, new float[] {1, 2, 4}, new int[] {3});
    Object y = tensor.getMethod("mul", double.class).invoke(x, 0.5);
    assertEquals("cpu", tensor.getMethod("device").invoke(y).toString());
    assertTrue(
        Arrays.equals(
            new float[] {0.5f, 1, 2}, (float[]) tensor.getMethod("toFloatArray").invoke(y)));
  }

  /// The class path also holds jars that are no modules and can't be made into automatic ones.
  private static Path[] modularEntriesOfTheClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .filter(entry -> !entry.toString().contains("test-classes"))
        .filter(entry -> !entry.getFileName().toString().endsWith("-tests.jar"))
        .filter(ModulePathTest::isOneOfOurs)
        .toArray(Path[]::new);
  }

  private static boolean isOneOfOurs(Path entry) {
    String name = entry.toString();
    if (!name.contains("jacquard") && !name.contains("jackson-core")) {
      return false;
    }
    return ModuleFinder.of(entry).findAll().stream()
        .map(ModuleReference::descriptor)
        .anyMatch(descriptor -> MODULES.contains(descriptor.name()));
  }
}
