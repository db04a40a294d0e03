package jacquard.examples.recipe;

import jacquard.examples.recipe.TextSampler.Beginning;
import jacquard.examples.recipe.TextSampler.Manner;
import jacquard.nn.Gpt;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes texts, or a list of names, with a trained transformer.
///
/// @param known what tells new names from those that were learned; null for running text
/// @param ends tokens that end a text
record GptWriter(Gpt model, Tokenizer tokenizer, Corpus.@Nullable Known known, Set<Integer> ends) {

  String write(SampleOptions options) {
    StringBuilder all = new StringBuilder();
    write(options, all::append);
    return all.toString();
  }

  /// The same, given away bit by bit as it is written.
  void write(SampleOptions options, Consumer<String> out) {
    if (known == null) {
      texts(options, out);
    } else {
      names(known, options, out);
    }
  }

  /// The tokens of a text as this would go on from it.
  int[] tokens(String text) {
    return tokenizer.encode(known == null ? text : "\n" + text, true);
  }

  private void names(Corpus.Known known, SampleOptions options, Consumer<String> out) {
    List<String> begins = prompts(options, 20);
    List<String> stops = new ArrayList<>(options.stops());
    stops.add("\n");
    InOrder lines =
        new InOrder(
            begins.size(),
            out,
            (text, rest) -> {
              String name = begins.get(text) + rest;
              return known.mark(name) + " " + name + "\n";
            });
    Manner manner = new Manner(options.sampler(), options.length(60), stops, true, ends);
    new TextSampler(model, tokenizer)
        .write(
            beginnings(begins.stream().map(begin -> "\n" + begin).toList(), options),
            manner,
            lines);
    out.accept(
        "(* is new, not among the %,d names it learned from; + too, but this JDK has it)%n"
            .formatted(known.learnt().size()));
  }

  private void texts(SampleOptions options, Consumer<String> out) {
    List<String> prompts = prompts(options, 1);
    InOrder texts =
        new InOrder(
            prompts.size(), out, text -> (text == 0 ? "" : "----\n") + prompts.get(text), "\n");
    // A model needs something to go on from: the beginning of a line, where there are lines.
    List<String> before =
        prompts.stream().map(prompt -> prompt.isEmpty() ? lineBegin() : prompt).toList();
    Manner manner =
        new Manner(options.sampler(), options.length(500), options.stops(), false, ends);
    new TextSampler(model, tokenizer).write(beginnings(before, options), manner, texts);
  }

  private String lineBegin() {
    boolean lines =
        tokenizer instanceof CharTokenizer chars
            ? chars.characters().contains("\n")
            : tokenizer.encode("\n").length > 0;
    return lines ? "\n" : tokenizer.decode(new int[] {0});
  }

  /// Each prompt as often as is asked for; an empty one if there is none.
  private static List<String> prompts(SampleOptions options, int otherwise) {
    List<String> all = new ArrayList<>();
    for (String prompt : options.prompts.isEmpty() ? List.of("") : options.prompts) {
      for (int i = 0; i < options.count(otherwise); i++) {
        all.add(prompt);
      }
    }
    return all;
  }

  private static List<Beginning> beginnings(List<String> prompts, SampleOptions options) {
    List<Beginning> beginnings = new ArrayList<>();
    for (String prompt : prompts) {
      beginnings.add(new Beginning(prompt, SplitMix.of(options.seed, beginnings.size())));
    }
    return beginnings;
  }
}
