// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.IdGenerator;
import io.jswarm.loop.SimulatedEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDirectoryTest {
  private final IdGenerator ids = new SimulatedEnvironment(1).environment().ids();
  @TempDir Path dir;

  @Test
  void theIdentityIsThatOfTheFirstStart() {
    String first;
    try (NodeDirectory directory = NodeDirectory.open(dir.resolve("node"))) {
      first = directory.identity(ids);
      assertThat(directory.identity(ids)).isEqualTo(first);
    }

    try (NodeDirectory again = NodeDirectory.open(dir.resolve("node"))) {
      assertThat(again.identity(ids)).isEqualTo(first);
    }
  }

  @Test
  void withoutADirectoryEachStartIsANewNode() {
    try (NodeDirectory one = NodeDirectory.open(null);
        NodeDirectory two = NodeDirectory.open(null)) {
      assertThat(one.identity(ids)).isNotEqualTo(two.identity(ids));
    }
  }

  @Test
  void aTemporaryDirectoryIsMadeWhenItIsNeededAndGoesWithTheNode() throws IOException {
    NodeDirectory directory = NodeDirectory.open(null);
    Path part = Files.createDirectories(directory.path("tasks"));
    Files.writeString(part.resolve("file"), "x");

    directory.close();

    assertThat(part.getFileName()).hasToString("tasks");
    assertThat(part.getParent()).doesNotExist();
  }

  @Test
  void aTemporaryDirectoryCanBeKept() throws IOException {
    NodeDirectory directory = NodeDirectory.open(null);
    Path root = directory.path("tasks").getParent();

    directory.keep();
    directory.close();

    assertThat(root).exists();
    Files.delete(root);
  }

  @Test
  void theUsersDirectoryStays() {
    NodeDirectory directory = NodeDirectory.open(dir);

    directory.close();

    assertThat(dir).exists();
  }

  @Test
  void aDirectoryBelongsToOneNodeAtATime() {
    NodeDirectory first = NodeDirectory.open(dir);

    assertThatThrownBy(() -> NodeDirectory.open(dir))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("in use by another node");
    first.close();
    NodeDirectory.open(dir).close();
  }

  @Test
  void aDirectoryThatCannotBeMadeIsAnError() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "x");

    assertThatThrownBy(() -> NodeDirectory.open(file))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining(file.toString());
  }
}
