package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.nn.Sampler;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each option of sampling arrives where it counts, in its own place.
class SampleOptionsTest {
  private static Sampler sampler(String... arguments) {
    return SampleOptions.of(List.of(arguments)).sampler();
  }

  @Test
  void eachSettingOfASamplerHasItsOption() {
    assertEquals(
        new Sampler(0.5, 3, 0.9, 0.2, 1.3),
        sampler(
            "--temperature=0.5",
            "--top-k=3",
            "--top-p=0.9",
            "--min-p=0.2",
            "--repetition-penalty=1.3"));
  }

  @Test
  void withoutOptionsItDrawsFromAllTokens() {
    assertEquals(new Sampler(0.8, 0, 1, 0, 1), sampler());
  }

  @Test
  void imagesOfOneClassHaveAFileOfTheirOwn() {
    assertEquals("run/samples/seed-1.png", image());
    assertEquals("run/samples/seed-1-class-7.png", image("--class=7"));
    assertEquals("run/samples/seed-2-class-0.png", image("--class=0", "--seed=2"));
    assertEquals("x.png", image("--class=7", "--out=x.png"));
  }

  private static String image(String... arguments) {
    Path path = SampleOptions.of(List.of(arguments)).imagePath(new RunFolder(Path.of("run")));
    return path.toString().replace(File.separatorChar, '/');
  }
}
