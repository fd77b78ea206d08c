// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What nodes of this JVM could leave behind: made before they start, asked after they ended. */
public final class Leftovers {
  private final Set<Thread> threadsBefore = threads();
  private final List<Path> directoriesBefore = directories();

  /** Fails when there are more threads or temporary directories than before. */
  public void assertNone() throws InterruptedException {
    Set<Thread> left = threads();
    left.removeAll(threadsBefore);
    for (Thread thread : left) {
      thread.join(5_000); // one that was told to end may still be about to
    }
    assertThat(left.stream().filter(Thread::isAlive)).as("threads").isEmpty();
    assertThat(directories()).as("directories").isSubsetOf(directoriesBefore);
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("jswarm-"))
        .collect(Collectors.toSet());
  }

  private static List<Path> directories() {
    String prefix = "jswarm-node-" + ProcessHandle.current().pid() + "-";
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
