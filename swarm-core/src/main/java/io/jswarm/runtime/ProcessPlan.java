// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.TaskRuntimeException;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.PortConfig;
import io.jswarm.spi.TaskAssignment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is started for an assignment: a pure function of it and of the task's directory, so that a
 * later agent comes to the same result.
 *
 * @param command the program with its arguments
 * @param dir where it starts
 * @param environment all it gets
 */
record ProcessPlan(List<String> command, Path dir, Map<String, String> environment) {
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * The plan for an assignment.
   *
   * @throws TaskRuntimeException for what processes cannot do
   */
  static ProcessPlan of(TaskAssignment assignment, TaskFiles files, List<PortConfig> ports) {
    ContainerSpec spec = assignment.container();
    checkSupported(spec);
    Path dir = spec.dir().isEmpty() ? files.work() : path(spec.dir());
    List<String> command = new ArrayList<>(spec.command());
    command.addAll(spec.args());
    return new ProcessPlan(command, dir, environment(assignment, files, ports));
  }

  private static void checkSupported(ContainerSpec spec) {
    if (spec.command().isEmpty()) {
      String image = spec.image().isEmpty() ? "" : " (image " + spec.image() + ")";
      throw refused("the process runtime runs commands, not images: set command(...)" + image);
    }
    if (!spec.user().isEmpty() && !spec.user().equals(System.getProperty("user.name"))) {
      throw refused("the process runtime cannot run a task as user " + spec.user());
    }
    if (!spec.mounts().isEmpty()) {
      throw refused(
          "the process runtime cannot mount " + spec.mounts().get(0).target() + " or anything");
    }
  }

  /** Fails unless the program and the working directory are there. */
  void check() {
    if (!Files.isDirectory(dir)) {
      throw refused("working directory " + dir + " does not exist on this node");
    }
    String program = command.get(0);
    List<Path> candidates = new ArrayList<>();
    if (program.contains("/")) {
      candidates.add(dir.resolve(path(program)));
    } else {
      for (String entry : environment.getOrDefault("PATH", DEFAULT_PATH).split(":")) {
        candidates.add(dir.resolve(path(entry)).resolve(path(program)));
      }
    }
    if (candidates.stream().noneMatch(p -> Files.isRegularFile(p) && Files.isExecutable(p))) {
      boolean there = candidates.stream().anyMatch(Files::exists);
      throw refused(
          (there ? "command is not executable: " : "command not found on this node: ") + program);
    }
  }

  /**
   * The same as the supervising shell gets it: a shell drops variables whose names it could not
   * use, so {@code env} sets those right before the program.
   */
  ProcessPlan throughShell() {
    Map<String, String> usable = new TreeMap<>();
    List<String> line = new ArrayList<>();
    environment.forEach(
        (name, value) -> {
          if (SHELL_NAME.matcher(name).matches()) {
            usable.put(name, value);
          } else {
            line.add(name + "=" + value);
          }
        });
    if (!line.isEmpty()) {
      line.add(0, "/usr/bin/env");
    }
    line.addAll(command);
    return new ProcessPlan(line, dir, usable);
  }

  /** The same surroundings for another program. */
  ProcessPlan withCommand(List<String> command) {
    return new ProcessPlan(command, dir, environment);
  }

  private static Map<String, String> environment(
      TaskAssignment assignment, TaskFiles files, List<PortConfig> ports) {
    Map<String, String> result = new TreeMap<>();
    Map<String, String> ours = System.getenv();
    result.put("PATH", ours.getOrDefault("PATH", DEFAULT_PATH));
    result.put("HOME", ours.getOrDefault("HOME", files.work().toString()));
    result.put("LANG", ours.getOrDefault("LANG", "C.UTF-8"));
    if (!ports.isEmpty()) {
      result.put("PORT", String.valueOf(ports.get(0).publishedPort()));
    }
    for (String entry : assignment.container().env()) {
      int equals = entry.indexOf('=');
      if (equals < 0) {
        result.remove(entry);
      } else if (equals > 0) {
        result.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    result.put("JSWARM_SECRETS", files.secrets().toString());
    result.put("JSWARM_CONFIGS", files.configs().toString());
    for (PortConfig port : ports) {
      result.put("JSWARM_PORT_" + port.targetPort(), String.valueOf(port.publishedPort()));
    }
    result.putAll(assignment.environment());
    return result;
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TaskRuntimeException("not a path: " + text, false, e);
    }
  }

  private static TaskRuntimeException refused(String message) {
    return new TaskRuntimeException(message, false);
  }
}
