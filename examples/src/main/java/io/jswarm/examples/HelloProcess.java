// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import io.jswarm.SwarmNode;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** {@link HelloServer} as processes of this machine: nodes do that when nobody says otherwise. */
final class HelloProcess implements HelloApp {
  /** An argument the program ignores, by which we know our own processes. */
  private final String mark = "quick-start-" + UUID.randomUUID();

  @Override
  public String title() {
    return "processes of this machine";
  }

  @Override
  public void prepare(Narrator narrator) {}

  @Override
  public SwarmNode.Builder equip(SwarmNode.Builder node) {
    return node;
  }

  @Override
  public ServiceSpecBuilder program(ServiceSpecBuilder service) {
    return service
        .image("hello") // every service names one; processes do without
        .command(Path.of(System.getProperty("java.home"), "bin", "java").toString())
        .args(
            "-XX:TieredStopAtLevel=1", // a quick start matters more than speed later
            "-XX:+UseSerialGC",
            "-Xmx32m",
            "-cp",
            classes().toString(),
            HelloServer.class.getName(),
            mark);
  }

  /** Where the examples' classes are: a directory, or a jar. */
  static Path classes() {
    try {
      return Path.of(HelloServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String host() {
    return "127.0.0.1";
  }

  @Override
  public void kill(Task task) {
    ContainerStatus process = task.status().container();
    if (process == null) {
      throw new CheckFailed("the cluster does not say which process is task " + task.id());
    }
    ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Override
  public List<String> leftovers() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(mark))
        .map(process -> "process " + process.pid())
        .toList();
  }

  @Override
  public void close() {}
}
