// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.FileTarget;
import io.jswarm.model.Mount;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.SecretSpec;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.testing.RequiresDocker;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Secrets and configs as the task sees them. */
@RequiresDocker
class ContainerFilesIT {
  private static final FileTarget PRIVATE = new FileTarget("key", "1000", "1001", 0400);
  private static final BusyboxPrograms PROGRAMS = new BusyboxPrograms();

  @Test
  void filesHaveContentOwnerAndMode() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          withFiles(
              driver,
              PROGRAMS
                  .script(
                      "stat -c '%n %u:%g %a' /run/secrets/key /motd /etc/app/deep/conf"
                          + " /run/secrets; cat /run/secrets/key /motd /etc/app/deep/conf")
                  .secret(new SecretReference("s1", "key", PRIVATE))
                  .config("c1", "motd")
                  .config(
                      new ConfigReference(
                          "c1", "motd", new FileTarget("/etc/app/deep/conf", "", "", 0640))));

      assertThat(driver.outputOf(task))
          .containsExactly(
              "/run/secrets/key 1000:1001 400",
              "/motd 0:0 444",
              "/etc/app/deep/conf 0:0 640",
              "/run/secrets 0:0 755",
              "secret",
              "hello",
              "hello");
    }
  }

  @Test
  void readOnlyRootAndMemoryMountsTakeFilesToo() {
    try (TestEngine engine = TestEngine.open()) {
      Set<String> volumesBefore = engine.volumes();
      try (RuntimeDriver driver = new RuntimeDriver()) {
        TaskAssignment readOnly =
            withFiles(
                driver,
                PROGRAMS
                    .script("cat /run/secrets/key; touch /x 2>/dev/null || echo read-only")
                    .readOnly(true)
                    .secret(new SecretReference("s1", "key", PRIVATE)));
        TaskAssignment memory =
            withFiles(
                driver,
                PROGRAMS
                    .script("cat /run/secrets/key; touch /run/x && echo writable")
                    .mount(Mount.tmpfs("/run", 0))
                    .secret(new SecretReference("s1", "key", PRIVATE)));

        assertThat(driver.outputOf(readOnly)).containsExactly("secret", "read-only");
        assertThat(driver.outputOf(memory)).containsExactly("secret", "writable");
      }
      assertThat(engine.volumes()).isEqualTo(volumesBefore);
    }
  }

  @Test
  void largeFilesArriveWhole() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      byte[] megabyte = new byte[1_000_000];
      Arrays.fill(megabyte, (byte) 'x');
      TaskAssignment base =
          driver.task(PROGRAMS.script("wc -c /motd").config("c1", "motd").build());
      TaskAssignment task =
          files(base, Map.of(), Map.of("c1", Config.of("c1", ConfigSpec.of("motd", megabyte))));

      assertThat(driver.outputOf(task)).containsExactly("1000000 /motd");
    }
  }

  private static TaskAssignment withFiles(RuntimeDriver driver, ContainerSpec.Builder container) {
    return files(
        driver.task(container.build()),
        Map.of("s1", Secret.of("s1", SecretSpec.of("key", "secret\n"))),
        Map.of("c1", Config.of("c1", ConfigSpec.of("motd", "hello\n"))));
  }

  private static TaskAssignment files(
      TaskAssignment a, Map<String, Secret> secrets, Map<String, Config> configs) {
    return new TaskAssignment(
        a.task(), a.container(), a.labels(), a.environment(), secrets, configs);
  }
}
