// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.model.ContainerSpec;
import java.time.Duration;
import java.util.List;

/**
 * What the tasks of {@link TaskRuntimeTck} do, in the words of the runtime under test. Programs
 * that run on print the line {@code ready} once they react to signals as promised.
 */
public interface TaskPrograms {
  /** Prints the lines on the two streams and exits with the code. */
  ContainerSpec.Builder printing(List<String> stdout, List<String> stderr, int exitCode);

  /** Prints {@code ready} and exits with the code after the delay. */
  ContainerSpec.Builder exitingAfter(Duration delay, int exitCode);

  /** Prints {@code ready}; exits with the code on the signal, and ignores SIGTERM otherwise. */
  ContainerSpec.Builder untilSignal(String signal, int exitCode);

  /** Prints {@code ready}; exits with 0 on SIGTERM. */
  default ContainerSpec.Builder untilStopped() {
    return untilSignal("TERM", 0);
  }

  /** Prints {@code ready}; only a kill ends it. */
  ContainerSpec.Builder ignoringStop();

  /** Prints 1, 2, 3 … on stdout, a few a second, until SIGTERM. */
  ContainerSpec.Builder counting();

  /** Prints the values of the environment variables, a line each. */
  ContainerSpec.Builder printingEnvironment(String... names);

  /** Prints its arguments, a line each; they are given as {@code args}. */
  ContainerSpec.Builder printingArguments(String... args);

  /** Prints its working directory. */
  ContainerSpec.Builder printingDirectory();

  /** Prints the content of the secret with this file target. */
  ContainerSpec.Builder printingSecret(String target);

  /** Prints the content of the config with this absolute file target. */
  ContainerSpec.Builder printingConfig(String target);

  /** Prints {@code ready} once its health check succeeds, after a while; runs until SIGTERM. */
  ContainerSpec.Builder healthyAfter(Duration after);

  /** Runs until SIGTERM; has a health check that succeeds at first and fails from then on. */
  ContainerSpec.Builder unhealthyAfter(Duration after);

  /** Has a health check that would take very long to succeed, and exits with the code at once. */
  ContainerSpec.Builder exitingBeforeHealthy(int exitCode);

  /** What the runtime cannot find: an image or a program of this name. */
  ContainerSpec.Builder unknown(String name);
}
