package jacquard.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class JdkNamesTest {

  @Test
  void loadsThousandsOfSortedDistinctNames() throws IOException {
    List<String> names = JdkNames.load();
    assertTrue(names.size() > 2000, () -> names.size() + " names");
    assertEquals(List.copyOf(new TreeSet<>(names)), names);
    assertEquals(names, JdkNames.load());
  }

  @Test
  void knowsWhatEveryJdkHas() throws IOException {
    Set<String> names = new HashSet<>(JdkNames.load());
    for (String name : List.of("String", "Object", "HashMap", "Entry", "StringBuilder", "Thread")) {
      assertTrue(names.contains(name), name);
    }
  }

  @Test
  void namesAreUpperCaseIdentifiersOfThreeToFortyCharacters() throws IOException {
    for (String name : JdkNames.load()) {
      assertTrue(name.matches("[A-Z][A-Za-z0-9]{2,39}"), name);
    }
  }

  @Test
  void memberClassesGoByTheirOwnName() {
    assertEquals("Entry", JdkNames.simpleName("Map$Entry.class"));
    assertEquals("Map", JdkNames.simpleName("Map.class"));
    assertEquals("", JdkNames.simpleName("Map.properties"));
  }

  @Test
  void anonymousLocalAndOddNamesAreLeftOut() {
    for (String file :
        List.of(
            "Map$1.class",
            "Map$1Local.class",
            "package-info.class",
            "module-info.class",
            "FormatData_de_CH.class",
            "IO.class",
            "\u00c4rger.class",
            "Gr\u00f6\u00dfe.class",
            "A".repeat(41) + ".class")) {
      assertFalse(JdkNames.accepted(JdkNames.simpleName(file)), file);
    }
    assertTrue(JdkNames.accepted("A".repeat(40)));
    assertTrue(JdkNames.accepted("URL"));
  }

  @Test
  void splitIsDisjointCompleteAndShuffled() throws IOException {
    List<String> names = JdkNames.load();
    JdkNames.Split split = JdkNames.split(names, 0.1, 7);
    assertEquals(Math.round(names.size() * 0.1), split.validation().size());
    List<String> all = new ArrayList<>(split.train());
    all.addAll(split.validation());
    assertEquals(names.size(), all.size());
    assertEquals(new HashSet<>(names), new HashSet<>(all));
    // A sorted cut would give the validation set one end of the alphabet.
    assertTrue(split.validation().stream().map(n -> n.charAt(0)).distinct().count() >= 15);
    long ascents = 0;
    for (int i = 1; i < split.train().size(); i++) {
      ascents += split.train().get(i - 1).compareTo(split.train().get(i)) < 0 ? 1 : 0;
    }
    double part = (double) ascents / split.train().size();
    assertTrue(part > 0.45 && part < 0.55, () -> "ascending neighbours: " + part);
  }

  @Test
  void splitFollowsTheSeedOnly() {
    List<String> names = List.of("A", "B", "C", "D", "E", "F", "G", "H", "I", "J");
    assertEquals(JdkNames.split(names, 0.2, 1), JdkNames.split(names, 0.2, 1));
    assertNotEquals(JdkNames.split(names, 0.2, 1), JdkNames.split(names, 0.2, 2));
  }

  @Test
  void bothPartsGetANameHoweverSmallThePart() {
    JdkNames.Split split = JdkNames.split(List.of("A", "B"), 0.001, 1);
    assertEquals(1, split.train().size());
    assertEquals(1, split.validation().size());
  }

  @Test
  void badSplitsAreRefused() {
    List<String> names = List.of("A", "B");
    for (double part : new double[] {0, 1, -0.5, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> JdkNames.split(names, part, 1));
    }
    assertEquals(
        "names: cannot split 1 names, expected at least 2",
        assertThrows(IllegalArgumentException.class, () -> JdkNames.split(List.of("A"), 0.5, 1))
            .getMessage());
  }

  @Test
  void textPutsALineFeedBeforeEveryName() {
    assertEquals("\nMap\nSet\n", JdkNames.text(List.of("Map", "Set")));
    assertEquals("\n", JdkNames.text(List.of()));
  }
}
