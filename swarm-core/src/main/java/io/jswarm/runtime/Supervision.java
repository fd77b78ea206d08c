// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Starts processes under a shell that outlives the agent and writes down how they ended, and sends
 * signals to them. Each task is a session and process group of its own where the system has {@code
 * setsid}, so that signals reach all of it. Methods block; they belong on the blocking executor.
 */
final class Supervision {
  /** Sets a variable to the shell's own {@link ProcessMark}. */
  private static final String MARK =
      """
      { read -r _jswarm_boot </proc/sys/kernel/random/boot_id
        read -r _jswarm_stat </proc/$$/stat; } 2>/dev/null
      _jswarm_mark="$$ $_jswarm_boot $_jswarm_stat"
      """;

  /** Marks itself in the file $1 and becomes the rest of its arguments, which keeps the pid. */
  private static final String RUN =
      MARK
          + """
          printf '%s\n' "$_jswarm_mark" >"$1"
          shift
          exec "$@"
          """;

  /*
   * The mark is created, never overwritten: of two supervisors of one task, and of a supervisor and
   * a stop, only the first wins. The variables bear names that no task's environment has, because
   * a shell hands assignments to imported variables on. The task stays in the foreground, as
   * background commands ignore SIGINT.
   */
  private static final String SUPERVISE =
      MARK
          + """
          _jswarm_dir=$1 _jswarm_setsid=$2
          shift 2
          set -C
          { printf '%s\n' "$_jswarm_mark" >"$_jswarm_dir/supervisor"; } 2>/dev/null || exit 0
          set +C
          $_jswarm_setsid /bin/sh "$_jswarm_dir/run" "$_jswarm_dir/task" "$@" \
            </dev/null >>"$_jswarm_dir/stdout" 2>>"$_jswarm_dir/stderr"
          _jswarm_code=$?
          read -r _jswarm_pid _jswarm_rest <"$_jswarm_dir/task"
          [ -n "$_jswarm_setsid" ] && kill -s KILL -- "-$_jswarm_pid" 2>/dev/null
          printf '%s\n' "$_jswarm_code" >"$_jswarm_dir/exit"
          """;

  private static final File NULL = new File("/dev/null");

  private final String setsid;

  Supervision() {
    this(
        Stream.of("/usr/bin/setsid", "/bin/setsid", "/usr/local/bin/setsid")
            .filter(path -> Files.isExecutable(Path.of(path)))
            .findFirst()
            .orElse(""));
  }

  /**
   * Supervision with a given way to begin a session.
   *
   * @param setsid the program, or empty where there is none: then signals go to the process and to
   *     the descendants it has at that moment
   */
  Supervision(String setsid) {
    this.setsid = setsid;
  }

  /** Writes the scripts of a task to be; files keep the list of processes readable. */
  static void install(Path directory) throws IOException {
    Files.writeString(directory.resolve("run"), RUN);
    Files.writeString(directory.resolve("supervise"), SUPERVISE);
  }

  /** Starts {@code command} as the task of {@code directory}; returns its supervisor. */
  Process launch(Path directory, List<String> command, Path dir, Map<String, String> environment)
      throws IOException {
    List<String> line = new ArrayList<>();
    if (!setsid.isEmpty()) {
      line.add(setsid);
    }
    line.addAll(List.of("/bin/sh", directory.resolve("supervise").toString()));
    line.addAll(List.of(directory.toString(), setsid));
    line.addAll(command);
    return builder(line, dir, environment).start();
  }

  /** Starts a probe of a launched task; it marks itself in {@code probe}. */
  Process probe(
      Path directory, Path output, List<String> command, Path dir, Map<String, String> environment)
      throws IOException {
    List<String> line = new ArrayList<>();
    if (!setsid.isEmpty()) {
      line.add(setsid);
    }
    line.addAll(List.of("/bin/sh", directory.resolve("run").toString()));
    line.add(directory.resolve("probe").toString());
    line.addAll(command);
    return builder(line, dir, environment)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static ProcessBuilder builder(
      List<String> line, Path dir, Map<String, String> environment) {
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(dir.toFile())
            .redirectInput(NULL)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  /**
   * Sends a signal to a marked process and its group; does nothing when it is gone.
   *
   * @param signal a name without {@code SIG}, or a number
   */
  void signal(ProcessMark mark, String signal) throws IOException, InterruptedException {
    if (!mark.alive()) {
      return;
    }
    List<String> targets = targets(mark);
    if (!kill(signal, targets) && mark.alive() && !signal.equals("KILL")) {
      kill("TERM", targets); // a signal this system does not know
    }
  }

  private List<String> targets(ProcessMark mark) {
    if (!setsid.isEmpty()) {
      return List.of("-" + mark.pid());
    }
    List<String> targets = new ArrayList<>();
    targets.add(String.valueOf(mark.pid()));
    mark.handle().stream()
        .flatMap(ProcessHandle::descendants)
        .forEach(child -> targets.add(String.valueOf(child.pid())));
    return targets;
  }

  private static boolean kill(String signal, List<String> targets)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("/bin/sh", "-c", "kill -s \"$@\"", "kill", signal, "--"));
    line.addAll(targets);
    return builder(line, Path.of("/"), Map.of()).start().waitFor() == 0;
  }
}
