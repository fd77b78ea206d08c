// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  private static final Path README = Path.of("..", "README.md");
  private static final Path SOURCE =
      Path.of("src", "main", "java", "io", "jswarm", "examples", "FirstService.java");

  @Test
  void theCodeInTheReadmeIsTheOneThatIsCompiled() throws IOException {
    List<String> compiled =
        between(Files.readAllLines(SOURCE), "// README: begin", "// README: end");

    List<String> shown = between(Files.readAllLines(README), "```java", "```");

    assertThat(shown).isEqualTo(String.join("\n", compiled).stripIndent().lines().toList());
  }

  @Test
  void theFirstServiceRuns() {
    FirstService.main(new String[0]);
  }

  private static List<String> between(List<String> lines, String begin, String end) {
    int from = indexOf(lines, begin, 0) + 1;
    return lines.subList(from, indexOf(lines, end, from));
  }

  private static int indexOf(List<String> lines, String text, int from) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).strip().equals(text)) {
        return i;
      }
    }
    throw new AssertionError("there is no line " + text);
  }
}
