// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.model.ContainerSpec;
import io.jswarm.model.FileTarget;
import io.jswarm.model.Healthcheck;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskPrograms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The kit's programs in a language of their own: the command's first word says what to do. */
final class SimulatedPrograms implements TaskPrograms {
  /** Does what the command says. */
  static void run(SimulatedTask task) {
    ContainerSpec spec = task.assignment().container();
    List<String> words = spec.command();
    switch (words.get(0)) {
      case "printing" -> {
        spec.args().forEach(task::print);
        words.subList(2, words.size()).forEach(task::printError);
        task.exit(Integer.parseInt(words.get(1)));
      }
      case "exitingAfter" -> {
        task.print("ready");
        task.after(Duration.parse(words.get(1)), () -> task.exit(Integer.parseInt(words.get(2))));
      }
      case "untilSignal" -> {
        task.onSignal(
            signal -> {
              if (signal.equals(words.get(1))) {
                task.exit(Integer.parseInt(words.get(2)));
              }
            });
        task.print("ready");
      }
      case "counting" -> count(task, 1);
      case "printingEnvironment" -> {
        spec.args().forEach(name -> task.print(task.environment().getOrDefault(name, "")));
        task.exit(0);
      }
      case "printingDirectory" -> {
        task.print(spec.dir());
        task.exit(0);
      }
      case "printingFile" -> {
        task.print(file(task.assignment(), words.get(1)).stripTrailing());
        task.exit(0);
      }
      case "healthyAfter" ->
          task.after(
              Duration.parse(words.get(1)),
              () -> {
                task.print("ready");
                task.healthy();
              });
      case "unhealthyAfter" -> {
        task.healthy();
        task.after(Duration.parse(words.get(1)), task::unhealthy);
      }
      default -> throw new AssertionError(words);
    }
  }

  private static void count(SimulatedTask task, int next) {
    task.print(String.valueOf(next));
    task.after(Duration.ofMillis(20), () -> count(task, next + 1));
  }

  private static String file(TaskAssignment assignment, String target) {
    return assignment.container().secrets().stream()
        .filter(reference -> FileTarget.named(target).equals(reference.target()))
        .map(reference -> assignment.secrets().get(reference.id()).spec().data())
        .findFirst()
        .or(
            () ->
                assignment.container().configs().stream()
                    .filter(reference -> FileTarget.named(target).equals(reference.target()))
                    .map(reference -> assignment.configs().get(reference.id()).spec().data())
                    .findFirst())
        .orElseThrow()
        .toUtf8();
  }

  private static ContainerSpec.Builder does(String... words) {
    return ContainerSpec.builder("simulated").command(words);
  }

  @Override
  public ContainerSpec.Builder printing(List<String> stdout, List<String> stderr, int exitCode) {
    List<String> words = new ArrayList<>(List.of("printing", String.valueOf(exitCode)));
    words.addAll(stderr);
    return does(words.toArray(String[]::new)).args(stdout);
  }

  @Override
  public ContainerSpec.Builder exitingAfter(Duration delay, int exitCode) {
    return does("exitingAfter", delay.toString(), String.valueOf(exitCode));
  }

  @Override
  public ContainerSpec.Builder untilSignal(String signal, int exitCode) {
    return does("untilSignal", signal, String.valueOf(exitCode));
  }

  @Override
  public ContainerSpec.Builder ignoringStop() {
    return does("untilSignal", "none", "0");
  }

  @Override
  public ContainerSpec.Builder counting() {
    return does("counting");
  }

  @Override
  public ContainerSpec.Builder printingEnvironment(String... names) {
    return does("printingEnvironment").args(names);
  }

  @Override
  public ContainerSpec.Builder printingArguments(String... args) {
    return does("printing", "0").args(args);
  }

  @Override
  public ContainerSpec.Builder printingDirectory() {
    return does("printingDirectory");
  }

  @Override
  public ContainerSpec.Builder printingSecret(String target) {
    return does("printingFile", target);
  }

  @Override
  public ContainerSpec.Builder printingConfig(String target) {
    return does("printingFile", target);
  }

  @Override
  public ContainerSpec.Builder healthyAfter(Duration after) {
    return checked(does("healthyAfter", after.toString()), Duration.ofSeconds(1));
  }

  @Override
  public ContainerSpec.Builder unhealthyAfter(Duration after) {
    return checked(does("unhealthyAfter", after.toString()), Duration.ofSeconds(1));
  }

  @Override
  public ContainerSpec.Builder exitingBeforeHealthy(int exitCode) {
    return checked(does("printing", String.valueOf(exitCode)), Duration.ofMinutes(10));
  }

  private static ContainerSpec.Builder checked(ContainerSpec.Builder spec, Duration interval) {
    return spec.healthcheck(Healthcheck.shell("health").withInterval(interval).withRetries(3));
  }

  @Override
  public ContainerSpec.Builder unknown(String name) {
    return ContainerSpec.builder(name);
  }
}
