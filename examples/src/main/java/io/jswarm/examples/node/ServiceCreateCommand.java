// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static java.util.Objects.requireNonNull;

import io.jswarm.model.PortConfig;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Creates a service. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = "Creates a service, and waits until it runs.",
    sortOptions = false)
final class ServiceCreateCommand implements Runnable {
  @ParentCommand private ServiceCommand parent = new ServiceCommand();

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The service's name; that of the image unless set.")
  private @Nullable String name;

  @Option(
      names = "--mode",
      paramLabel = "replicated|global",
      description = "A number of tasks, or one on each node.")
  private Mode mode = Mode.REPLICATED;

  @Option(names = "--replicas", paramLabel = "N", description = "Number of tasks; 1 unless set.")
  private @Nullable Long replicas;

  @Option(
      names = {"-e", "--env"},
      paramLabel = "KEY=VALUE",
      mapFallbackValue = "",
      description = "Environment of the tasks; may hold templates such as {{.Task.Slot}}.")
  private Map<String, String> env = new LinkedHashMap<>();

  @Option(
      names = {"-l", "--label"},
      paramLabel = "KEY=VALUE",
      mapFallbackValue = "",
      description = "Label of the service.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--container-label",
      paramLabel = "KEY=VALUE",
      mapFallbackValue = "",
      description = "Label of its containers.")
  private Map<String, String> containerLabels = new LinkedHashMap<>();

  @Option(
      names = "--constraint",
      paramLabel = "RULE",
      description = "What a node has to meet, such as node.role==worker.")
  private List<String> constraints = new ArrayList<>();

  @Option(
      names = "--replicas-max-per-node",
      paramLabel = "N",
      description = "Most tasks on one node; 0 = no limit.")
  private long maxPerNode;

  @Option(
      names = {"-p", "--publish"},
      paramLabel = "PORT",
      converter = PublishedPort.class,
      description =
          "8080:80 or mode=host,published=8080,target=80[,protocol=udp]. Ports of mode ingress get"
              + " a number, but no traffic yet.")
  private List<PortConfig> ports = new ArrayList<>();

  @Option(names = "--limit-cpu", paramLabel = "CPUS", description = "Most a task may use.")
  private double limitCpu;

  @Option(
      names = "--limit-memory",
      paramLabel = "BYTES",
      converter = Quantities.OfBytes.class,
      description = "Most a task may use, such as 64m.")
  private long limitMemory;

  @Option(
      names = "--reserve-cpu",
      paramLabel = "CPUS",
      description = "What a node has to have free.")
  private double reserveCpu;

  @Option(
      names = "--reserve-memory",
      paramLabel = "BYTES",
      converter = Quantities.OfBytes.class,
      description = "What a node has to have free.")
  private long reserveMemory;

  @Option(
      names = "--restart-condition",
      paramLabel = "none|on-failure|any",
      converter = Condition.class,
      description = "Which ends of a task are answered by a new one; any unless set.")
  private @Nullable RestartCondition restartCondition;

  @Option(
      names = "--restart-delay",
      paramLabel = "DURATION",
      converter = Quantities.OfDuration.class,
      description = "Time before the new one starts; 5s unless set.")
  private @Nullable Duration restartDelay;

  @Option(
      names = "--update-parallelism",
      paramLabel = "N",
      description = "Tasks an update replaces at a time; 0 = all.")
  private @Nullable Long updateParallelism;

  @Option(
      names = "--update-delay",
      paramLabel = "DURATION",
      converter = Quantities.OfDuration.class,
      description = "Time between them.")
  private @Nullable Duration updateDelay;

  @Option(
      names = "--stop-grace-period",
      paramLabel = "DURATION",
      converter = Quantities.OfDuration.class,
      description = "Time between asking a task to stop and killing it; 10s unless set.")
  private @Nullable Duration stopGracePeriod;

  @Option(
      names = {"-w", "--workdir"},
      paramLabel = "DIR",
      description = "Where the command is started.")
  private String workdir = "";

  @Option(
      names = {"-d", "--detach"},
      description = "Do not wait until it runs.")
  private boolean detach;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "What containers are made of; only a name where tasks are processes.")
  private String image = "";

  @Parameters(
      index = "1",
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "The program to run, with its arguments; in place of the image's own.")
  private List<String> command = new ArrayList<>();

  private enum Mode {
    REPLICATED,
    GLOBAL
  }

  /** Reads a condition as Docker writes it. */
  static final class Condition implements ITypeConverter<RestartCondition> {
    @Override
    public RestartCondition convert(String text) {
      return RestartCondition.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  @Override
  public void run() {
    NodeSession session = parent.session();
    Service service = session.swarm().services().create(build()).await();
    session.out().println(service.id());
    if (!detach) {
      ConvergenceWait.of(session, service);
    }
  }

  private ServiceSpec build() {
    ServiceSpecBuilder builder =
        begin()
            .image(image)
            .command(command.toArray(String[]::new))
            .dir(workdir)
            .limit(limitCpu, limitMemory)
            .reserve(reserveCpu, reserveMemory)
            .maxReplicasPerNode(maxPerNode);
    env.forEach(builder::env);
    labels.forEach(builder::label);
    containerLabels.forEach(builder::containerLabel);
    constraints.forEach(builder::constraint);
    ports.forEach(builder::publish);
    ifSet(restartCondition, builder::restart);
    ifSet(restartDelay, delay -> builder.restart(restart -> restart.delay(delay)));
    ifSet(updateParallelism, number -> builder.update(update -> update.parallelism(number)));
    ifSet(updateDelay, delay -> builder.update(update -> update.delay(delay)));
    ifSet(stopGracePeriod, builder::stopGracePeriod);
    return builder.build();
  }

  private static <T> void ifSet(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  private ServiceSpecBuilder begin() {
    String called = name == null ? nameOfImage() : name;
    if (mode == Mode.REPLICATED) {
      return ServiceSpec.replicated(called, replicas == null ? 1 : replicas);
    }
    if (replicas != null) {
      throw new ParameterException(
          requireNonNull(spec).commandLine(), "--replicas is for --mode replicated");
    }
    return ServiceSpec.global(called);
  }

  /** The last part of the image's name, without tag or digest. */
  private String nameOfImage() {
    String last = image.substring(image.lastIndexOf('/') + 1);
    return last.split("[:@]", 2)[0];
  }
}
