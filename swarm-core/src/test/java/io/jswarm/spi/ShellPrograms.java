// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Healthcheck;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** {@link TaskPrograms} for every runtime whose tasks can run a POSIX {@code /bin/sh}. */
public abstract class ShellPrograms implements TaskPrograms {
  private static final String RUN_ON = "echo ready; while :; do sleep 0.05; done";
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);

  private final Supplier<ContainerSpec.Builder> base;

  /**
   * Programs on top of a spec without command.
   *
   * @param base makes a spec with whatever is needed to have a shell, such as the image
   */
  protected ShellPrograms(Supplier<ContainerSpec.Builder> base) {
    this.base = base;
  }

  /** Runs a script with arguments in the runtime's shell. */
  protected ContainerSpec.Builder script(String script, String... args) {
    return base.get().command("/bin/sh", "-c", script, "sh").args(args);
  }

  @Override
  public ContainerSpec.Builder printing(List<String> stdout, List<String> stderr, int exitCode) {
    StringBuilder script = new StringBuilder();
    stdout.forEach(line -> script.append("printf '%s\\n' '").append(line).append("'\n"));
    stderr.forEach(line -> script.append("printf '%s\\n' '").append(line).append("' >&2\n"));
    return script(script.append("exit ").append(exitCode).toString());
  }

  @Override
  public ContainerSpec.Builder exitingAfter(Duration delay, int exitCode) {
    return script("echo ready; " + sleep(delay) + "; exit " + exitCode);
  }

  @Override
  public ContainerSpec.Builder untilSignal(String signal, int exitCode) {
    return script("trap '' TERM; trap 'exit " + exitCode + "' " + signal + "; " + RUN_ON);
  }

  @Override
  public ContainerSpec.Builder ignoringStop() {
    return script("trap '' TERM; " + RUN_ON);
  }

  @Override
  public ContainerSpec.Builder counting() {
    return script("trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done");
  }

  @Override
  public ContainerSpec.Builder printingEnvironment(String... names) {
    return script("for n in \"$@\"; do eval \"printf '%s\\n' \\\"\\$$n\\\"\"; done", names);
  }

  @Override
  public ContainerSpec.Builder printingArguments(String... args) {
    return script("for a in \"$@\"; do printf '%s\\n' \"$a\"; done", args);
  }

  @Override
  public ContainerSpec.Builder printingDirectory() {
    return script("pwd -P");
  }

  @Override
  public ContainerSpec.Builder healthyAfter(Duration after) {
    return withProbe(
        script(
            "trap 'exit 0' TERM; "
                + sleep(after)
                + "; echo ready; touch healthy; while :; do sleep 0.05; done"));
  }

  @Override
  public ContainerSpec.Builder unhealthyAfter(Duration after) {
    return withProbe(
        script("trap 'exit 0' TERM; touch healthy; " + sleep(after) + "; rm healthy; " + RUN_ON));
  }

  @Override
  public ContainerSpec.Builder exitingBeforeHealthy(int exitCode) {
    return script("exit " + exitCode)
        .healthcheck(Healthcheck.shell("test -e healthy").withInterval(Duration.ofMinutes(10)));
  }

  private static ContainerSpec.Builder withProbe(ContainerSpec.Builder spec) {
    return spec.healthcheck(
        Healthcheck.shell("test -e healthy")
            .withInterval(PROBE_INTERVAL)
            .withTimeout(Duration.ofSeconds(5))
            .withRetries(3)
            .withStart(Duration.ofSeconds(2), PROBE_INTERVAL));
  }

  /** A signal interrupts it, which a sleep in the foreground does not allow. */
  private static String sleep(Duration duration) {
    return "sleep " + duration.toMillis() / 1000.0 + " & wait $!";
  }
}
