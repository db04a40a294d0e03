package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.Lora;
import jacquard.nn.Normalisation;
import jacquard.nn.Positions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// Each option of a transformer arrives where it counts, in its own place.
class GptOptionsTest {
  private static <T> T parsed(T options, String... arguments) {
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return options;
  }

  @Test
  void eachChoiceOfAModelHasItsOption() {
    assertEquals(
        new Gpt.Config(
            50,
            16,
            24,
            6,
            2,
            3,
            new Positions.Rotary(10_000),
            Normalisation.rms(),
            FeedForward.swiglu(24),
            true,
            true,
            true,
            0.1),
        parsed(
                new GptOptions(),
                "--context=16",
                "--dim=24",
                "--heads=6",
                "--kv-heads=2",
                "--layers=3",
                "--positions=rotary",
                "--norm=rms",
                "--mlp=swiglu",
                "--bias",
                "--tie",
                "--dropout=0.1")
            .config(50));
  }

  @Test
  void withoutOptionsItIsNanoGptsKind() {
    assertEquals(Gpt.Config.of(50, 64, 128, 4, 4), parsed(new GptOptions()).config(50));
  }

  @Test
  void loraHasARankAndTwiceThatAsAlphaUnlessItIsSaid() {
    assertEquals(new Lora.Config(8, 16), parsed(new TuneOptions(), "--lora=8").lora());
    assertEquals(new Lora.Config(8, 4), parsed(new TuneOptions(), "--lora=8,4").lora());
  }
}
