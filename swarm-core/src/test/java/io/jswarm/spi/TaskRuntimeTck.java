// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Endpoint;
import io.jswarm.model.EndpointSpec;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSubscription;
import io.jswarm.spi.TaskRuntime.RuntimeStatus;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link TaskRuntime} has to do. A subclass says how to open one and what programs its
 * tasks can run; state that has to exist before the first {@link #open()} belongs into field
 * initialisers. Every test has a fresh instance of the class, and ends with all its tasks removed.
 *
 * <p>Waiting goes through the environment's awaiter, so that the kit runs on real and on virtual
 * time.
 */
public abstract class TaskRuntimeTck {
  /** More than anything here may take. */
  protected static final Duration LIMIT = Duration.ofSeconds(20);

  /** A grace no well-behaved program uses up. */
  protected static final Duration GRACE = Duration.ofSeconds(15);

  /** The node all tasks belong to. */
  protected static final String NODE = "n0de0n0de0n0de0n0de0n0de0";

  /** The runtime most tests talk to. */
  protected TaskRuntime runtime;

  private final List<TaskRuntime> opened = new ArrayList<>();
  private final Set<String> taskIds = new TreeSet<>();

  /** The world the runtime lives in, the same for one test; the kit closes it at the end. */
  protected abstract Environment environment();

  /** A runtime over this test's state. Called again, it is what an agent gets after its restart. */
  protected abstract TaskRuntime open();

  /** What tasks can do here. */
  protected abstract TaskPrograms programs();

  /** Kills the running task's main process with SIGKILL, behind the runtime's back. */
  protected abstract void kill(String taskId);

  /** Fails when anything of the removed tasks is left: process, container, file. */
  protected abstract void assertNothingLeft();

  /** Whether tasks get their secrets and configs as files; false skips the tests of it. */
  protected boolean deliversFiles() {
    return true;
  }

  @BeforeEach
  void openTheFirst() {
    runtime = reopen();
  }

  @AfterEach
  void removeEverything() {
    TaskRuntime last = opened.get(opened.size() - 1);
    taskIds.forEach(id -> await(last.remove(id)));
    assertThat(await(last.list(NODE))).isEmpty();
    opened.forEach(TaskRuntime::close);
    assertNothingLeft();
    environment().close();
  }

  // Steps

  @Test
  void describesTheHost() {
    NodeDescription host = await(runtime.describe());

    assertThat(host.hostname()).isNotBlank();
    assertThat(host.platform().os()).isNotBlank();
    assertThat(host.platform().architecture()).isNotBlank();
    assertThat(host.resources().nanoCpus()).isPositive();
    assertThat(host.resources().memoryBytes()).isPositive();
    assertThat(host.engine().version()).isNotBlank();
    assertThat(runtime.name()).matches("[a-z]+");
  }

  @Test
  void exitCodeOfATaskThatEndsByItself() {
    TaskAssignment success = started(programs().printing(List.of(), List.of(), 0));
    TaskAssignment failure = started(programs().printing(List.of(), List.of(), 3));

    assertThat(await(runtime.awaitExit(success))).isEqualTo(new TaskExit(0, ""));
    assertThat(await(runtime.awaitExit(failure))).isEqualTo(new TaskExit(3, ""));
  }

  @Test
  void nothingRunsBeforeStart() {
    TaskAssignment task = assignment(programs().printing(List.of("ran"), List.of(), 0));

    await(runtime.prepare(task));

    assertThat(await(runtime.list(NODE))).containsExactly(task.taskId());
    assertThat(inspect(task).running()).isFalse();
    assertThat(inspect(task).container().exitCode()).isNull();
    assertThat(logsOf(task, LogOptions.ALL)).isEmpty();
  }

  @Test
  void inspectFollowsTheTask() {
    TaskAssignment task = assignment(programs().untilStopped());
    assertThat(await(runtime.inspect(task.taskId()))).isEmpty();

    run(task);
    RuntimeStatus running = inspect(task);
    awaitReady(task);
    await(runtime.stop(task, GRACE));
    RuntimeStatus ended = inspect(task);

    assertThat(running.running()).isTrue();
    assertThat(running.container().containerId()).isNotBlank();
    assertThat(running.container().exitCode()).isNull();
    assertThat(ended.running()).isFalse();
    assertThat(ended.container().containerId()).isEqualTo(running.container().containerId());
    assertThat(ended.container().exitCode()).isZero();
  }

  @Test
  void listsWhatTheNodeHas() {
    TaskAssignment prepared = assignment(programs().untilStopped());
    TaskAssignment running = started(programs().untilStopped());
    TaskAssignment ended = started(programs().printing(List.of(), List.of(), 0));
    await(runtime.prepare(prepared));
    await(runtime.awaitExit(ended));

    assertThat(await(runtime.list(NODE)))
        .containsExactlyInAnyOrder(prepared.taskId(), running.taskId(), ended.taskId());
    assertThat(await(runtime.list("another0node0another0node"))).isEmpty();

    await(runtime.remove(ended.taskId()));
    assertThat(await(runtime.list(NODE)))
        .containsExactlyInAnyOrder(prepared.taskId(), running.taskId());
  }

  @Test
  void repeatedStepsSucceedAndDoNothing() {
    TaskAssignment task = assignment(programs().untilStopped());

    await(runtime.prepare(task));
    await(runtime.prepare(task));
    await(runtime.start(task));
    await(runtime.start(task));
    await(runtime.prepare(task));
    awaitReady(task);
    await(runtime.stop(task, GRACE));
    await(runtime.stop(task, GRACE));
    List<String> output = stdoutOf(task);
    await(runtime.remove(task.taskId()));
    await(runtime.remove(task.taskId()));

    assertThat(output).containsExactly("ready");
    assertThat(await(runtime.inspect(task.taskId()))).isEmpty();
  }

  @Test
  void startingAnEndedTaskDoesNotRunItAgain() {
    TaskAssignment task = started(programs().printing(List.of("ran"), List.of(), 4));
    await(runtime.awaitExit(task));

    await(runtime.start(task));

    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(4, ""));
    assertThat(logTexts(task)).containsExactly("ran");
  }

  @Test
  void unknownTasksNeedNoStopAndNoRemoval() {
    TaskAssignment task = assignment(programs().untilStopped());

    await(runtime.stop(task, GRACE));
    await(runtime.remove(task.taskId()));

    assertThat(await(runtime.inspect(task.taskId()))).isEmpty();
    assertThat(failureOf(runtime.awaitExit(task)).temporary()).isFalse();
  }

  @Test
  void unknownProgramIsNamedInAPermanentFailure() {
    TaskAssignment task = assignment(programs().unknown("no-such-program"));

    TaskRuntimeException failure =
        failureOf(runtime.prepare(task).thenCompose(done -> runtime.start(task)));

    assertThat(failure).hasMessageContaining("no-such-program");
    assertThat(failure.temporary()).isFalse();
  }

  // Stopping

  @Test
  void stopSignalIsHonoured() {
    TaskAssignment task = started(programs().untilSignal("TERM", 5));
    awaitReady(task);

    await(runtime.stop(task, GRACE));

    assertThat(inspect(task).running()).isFalse();
    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(5, ""));
  }

  @Test
  void stopSendsTheSignalOfTheSpec() {
    TaskAssignment bare = started(programs().untilSignal("USR1", 6).stopSignal("USR1"));
    TaskAssignment prefixed = started(programs().untilSignal("USR1", 7).stopSignal("SIGUSR1"));
    awaitReady(bare);
    awaitReady(prefixed);

    await(runtime.stop(bare, GRACE));
    await(runtime.stop(prefixed, GRACE));

    assertThat(await(runtime.awaitExit(bare))).isEqualTo(new TaskExit(6, ""));
    assertThat(await(runtime.awaitExit(prefixed))).isEqualTo(new TaskExit(7, ""));
  }

  @Test
  void ignoredStopBecomesAKillAfterTheGrace() {
    TaskAssignment task = started(programs().ignoringStop());
    awaitReady(task);
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);

    await(runtime.stop(task, Duration.ofMillis(600)));

    assertThat(await(exit)).isEqualTo(new TaskExit(137, ""));
  }

  @Test
  void laterStopMayShortenTheGrace() {
    TaskAssignment task = started(programs().ignoringStop());
    awaitReady(task);
    CompletionStage<Void> patient = runtime.stop(task, Duration.ofMinutes(10));

    await(runtime.stop(task, Duration.ZERO));

    await(patient);
    assertThat(await(runtime.awaitExit(task)).exitCode()).isEqualTo(137);
  }

  @Test
  void stopBeforeStartKeepsTheTaskFromEverRunning() {
    TaskAssignment task = assignment(programs().printing(List.of("ran"), List.of(), 0));
    await(runtime.prepare(task));

    await(runtime.stop(task, GRACE));

    assertThat(inspect(task).running()).isFalse();
  }

  @Test
  void c9_17_stopDuringPrepareMakesItEndSoon() {
    TaskAssignment task = assignment(programs().untilStopped());
    CompletionStage<Void> preparing = runtime.prepare(task);

    await(runtime.stop(task, GRACE));

    awaitEither(preparing);
    await(runtime.inspect(task.taskId()))
        .ifPresent(status -> assertThat(status.running()).isFalse());
  }

  @Test
  void removeDuringPrepareLeavesNothing() {
    TaskAssignment task = assignment(programs().untilStopped());
    CompletionStage<Void> preparing = runtime.prepare(task);

    await(runtime.remove(task.taskId()));

    awaitEither(preparing);
    assertThat(await(runtime.inspect(task.taskId()))).isEmpty();
    assertThat(await(runtime.list(NODE))).isEmpty();
  }

  @Test
  void stopDuringStartMakesItFailSoon() {
    TaskAssignment task = assignment(programs().healthyAfter(Duration.ofMinutes(10)));
    await(runtime.prepare(task));
    CompletionStage<Void> starting = runtime.start(task);
    eventually(() -> inspect(task).running());

    await(runtime.stop(task, GRACE));

    assertThat(failureOf(starting)).isNotNull();
    assertThat(inspect(task).running()).isFalse();
  }

  @Test
  void removeDuringStartLeavesNothing() {
    TaskAssignment task = assignment(programs().healthyAfter(Duration.ofMinutes(10)));
    await(runtime.prepare(task));
    CompletionStage<Void> starting = runtime.start(task);

    await(runtime.remove(task.taskId()));

    assertThat(failureOf(starting)).isNotNull();
    assertThat(await(runtime.inspect(task.taskId()))).isEmpty();
  }

  @Test
  void removeKillsWhatRuns() {
    TaskAssignment task = started(programs().ignoringStop());
    awaitReady(task);
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);

    await(runtime.remove(task.taskId()));

    awaitEither(exit);
    assertThat(await(runtime.inspect(task.taskId()))).isEmpty();
    assertNothingLeft();
  }

  @Test
  void deathBehindOurBackIsNoticed() {
    TaskAssignment task = started(programs().untilStopped());
    awaitReady(task);
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);

    kill(task.taskId());

    assertThat(await(exit)).isEqualTo(new TaskExit(137, ""));
    assertThat(inspect(task).running()).isFalse();
  }

  // Restart of the agent

  @Test
  void c9_12_runningTasksAreAdoptedNotRestarted() {
    TaskAssignment task = started(programs().untilSignal("TERM", 8));
    awaitReady(task);
    RuntimeStatus before = inspect(task);
    runtime.close();

    runtime = reopen();

    assertThat(await(runtime.list(NODE))).containsExactly(task.taskId());
    assertThat(inspect(task)).isEqualTo(before);
    await(runtime.prepare(task));
    await(runtime.start(task));
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);
    assertThat(inspect(task)).isEqualTo(before);
    await(runtime.stop(task, GRACE));
    assertThat(await(exit)).isEqualTo(new TaskExit(8, ""));
    assertThat(stdoutOf(task)).containsExactly("ready");
  }

  @Test
  void exitWhileNobodyLookedIsLearned() {
    TaskAssignment task = started(programs().exitingAfter(Duration.ofMillis(500), 9));
    runtime.close();

    runtime = reopen();

    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(9, ""));
    assertThat(inspect(task).container().exitCode()).isEqualTo(9);
  }

  @Test
  void agentThatCrashedLosesNothing() {
    TaskAssignment task = started(programs().untilStopped());
    awaitReady(task);

    runtime = reopen();

    assertThat(inspect(task).running()).isTrue();
    await(runtime.stop(task, GRACE));
    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(0, ""));
  }

  @Test
  void preparedTaskIsStartedByTheNextAgent() {
    TaskAssignment task = assignment(programs().printing(List.of("ran"), List.of(), 0));
    await(runtime.prepare(task));
    runtime.close();

    runtime = reopen();
    await(runtime.start(task));

    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(0, ""));
    assertThat(logTexts(task)).containsExactly("ran");
  }

  @Test
  void logsGoOnAcrossTheRestart() {
    TaskAssignment task = started(programs().counting());
    LogCapture first = follow(task);
    await(first.lines(5));
    runtime.close();

    runtime = reopen();
    LogCapture second = follow(task);
    await(second.lines(first.all().size() + 5));
    await(runtime.stop(task, GRACE));
    await(second.end());

    List<String> counted = second.texts(false);
    assertThat(counted)
        .isEqualTo(IntStream.rangeClosed(1, counted.size()).mapToObj(String::valueOf).toList());
  }

  // Health

  @Test
  void c9_20_startCompletesWithTheFirstHealthyProbe() {
    TaskAssignment task = assignment(programs().healthyAfter(Duration.ofMillis(700)));
    await(runtime.prepare(task));
    CompletionStage<Void> starting = runtime.start(task);
    eventually(() -> inspect(task).running());
    assertThat(starting.toCompletableFuture()).isNotDone();

    await(starting);

    assertThat(stdoutOf(task)).containsExactly("ready");
    assertThat(inspect(task).running()).isTrue();
  }

  @Test
  void unhealthyTaskIsStoppedAndSaysSo() {
    TaskAssignment task = started(programs().unhealthyAfter(Duration.ofMillis(700)));

    TaskExit exit = await(runtime.awaitExit(task));

    assertThat(exit.error()).contains("unhealthy");
    assertThat(inspect(task).running()).isFalse();
  }

  @Test
  void taskThatNeverGetsHealthyFailsToStart() {
    TaskAssignment task = assignment(programs().healthyAfter(Duration.ofMinutes(10)));
    await(runtime.prepare(task));

    TaskRuntimeException failure = failureOf(runtime.start(task));

    assertThat(failure).hasMessageContaining("unhealthy");
    assertThat(failure.temporary()).isFalse();
    eventually(() -> !inspect(task).running());
    assertThat(await(runtime.awaitExit(task)).error()).contains("unhealthy");
  }

  @Test
  void taskThatEndsBeforeItIsHealthyHasStarted() {
    TaskAssignment task = started(programs().exitingBeforeHealthy(2));

    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(2, ""));
  }

  @Test
  void healthIsWatchedByTheNextAgentToo() {
    TaskAssignment task = started(programs().unhealthyAfter(Duration.ofMillis(700)));
    runtime.close();

    runtime = reopen();

    assertThat(await(runtime.awaitExit(task)).error()).contains("unhealthy");
  }

  // What the task sees

  @Test
  void argumentsArriveAsTheyAre() {
    String[] args = {"plain", "two words", "", "a'b\"c", "$HOME *", "ümläut", "--flag=x"};

    TaskAssignment task = started(programs().printingArguments(args));

    await(runtime.awaitExit(task));
    assertThat(logTexts(task)).containsExactly(args);
  }

  @Test
  void environmentOfSpecAndAssignmentArrives() {
    TaskAssignment task =
        withEnvironment(
            assignment(
                programs()
                    .printingEnvironment("GREETING", "FORMULA", "EMPTY", "DOCKER_RESOURCE_GPU")
                    .env("GREETING", "hello 'world'")
                    .env("FORMULA", "a=b=c")
                    .env("EMPTY", "")),
            Map.of("DOCKER_RESOURCE_GPU", "2"));

    run(task);

    await(runtime.awaitExit(task));
    assertThat(logTexts(task)).containsExactly("hello 'world'", "a=b=c", "", "2");
  }

  @Test
  void workingDirectoryIsTheSpecs() {
    TaskAssignment task = started(programs().printingDirectory().dir("/usr"));

    await(runtime.awaitExit(task));
    assertThat(logTexts(task)).containsExactly("/usr");
  }

  @Test
  void secretsAndConfigsAreFiles() {
    Assumptions.assumeTrue(deliversFiles(), "this runtime delivers no files");
    Secret secret = Secret.of("s1", SecretSpec.of("password", "xyzzy\n"));
    Config config = Config.of("c1", ConfigSpec.of("motd", "hello\n"));
    TaskAssignment showsSecret =
        withFiles(
            assignment(programs().printingSecret("password").secret("s1", "password")),
            Map.of("s1", secret),
            Map.of());
    TaskAssignment showsConfig =
        withFiles(
            assignment(programs().printingConfig("/motd").config("c1", "motd")),
            Map.of(),
            Map.of("c1", config));

    run(showsSecret);
    run(showsConfig);

    await(runtime.awaitExit(showsSecret));
    await(runtime.awaitExit(showsConfig));
    assertThat(logTexts(showsSecret)).containsExactly("xyzzy");
    assertThat(logTexts(showsConfig)).containsExactly("hello");
  }

  @Test
  void hostPortIsChosenAndReported() {
    TaskAssignment first = withPorts(programs().untilStopped(), PortConfig.host(0, 8080));
    TaskAssignment second = withPorts(programs().untilStopped(), PortConfig.host(0, 8080));

    run(first);
    run(second);

    int firstPort = onlyPort(first);
    int secondPort = onlyPort(second);
    assertThat(firstPort).isPositive().isNotEqualTo(secondPort);
    runtime.close();
    runtime = reopen();
    assertThat(onlyPort(first)).isEqualTo(firstPort);
  }

  @Test
  void hostPortInUseIsNamedInTheFailure() {
    TaskAssignment first = withPorts(programs().untilStopped(), PortConfig.host(0, 8080));
    run(first);
    int port = onlyPort(first);
    TaskAssignment second = withPorts(programs().untilStopped(), PortConfig.host(port, 8080));

    TaskRuntimeException failure =
        failureOf(runtime.prepare(second).thenCompose(done -> runtime.start(second)));

    assertThat(failure).hasMessageContaining(String.valueOf(port));
    await(runtime.remove(first.taskId()));
    TaskAssignment third = withPorts(programs().untilStopped(), PortConfig.host(port, 8080));
    run(third);
    assertThat(onlyPort(third)).isEqualTo(port);
  }

  // Output

  @Test
  void bothStreamsAreKeptInOrder() {
    List<String> out = List.of("one", "", "  three", "vier: ä€𝄞");
    List<String> err = List.of("oops", "again");
    TaskAssignment task = started(programs().printing(out, err, 1));
    await(runtime.awaitExit(task));

    LogCapture log = new LogCapture();
    runtime.logs(task.taskId(), LogOptions.ALL, log);
    await(log.end());

    assertThat(log.texts(false)).isEqualTo(out);
    assertThat(log.texts(true)).isEqualTo(err);
    assertThat(log.all()).extracting(LogLine::timestamp).doesNotContainNull();
  }

  @Test
  void streamsTailAndTimeCanBeChosen() {
    List<String> out = List.of("1", "2", "3");
    TaskAssignment task = started(programs().printing(out, List.of("e"), 0));
    await(runtime.awaitExit(task));
    Instant end = environment().time().now().plusSeconds(5);

    assertThat(logsOf(task, new LogOptions(true, false, false, -1, null)))
        .containsExactly("1", "2", "3");
    assertThat(logsOf(task, new LogOptions(false, true, false, -1, null))).containsExactly("e");
    assertThat(logsOf(task, new LogOptions(true, false, false, 2, null))).containsExactly("2", "3");
    assertThat(logsOf(task, new LogOptions(true, false, false, 0, null))).isEmpty();
    assertThat(logsOf(task, new LogOptions(true, false, false, -1, end.minusSeconds(3600))))
        .containsExactly("1", "2", "3");
    assertThat(logsOf(task, new LogOptions(true, true, false, -1, end))).isEmpty();
  }

  @Test
  void followingGoesOnUntilTheTaskEnds() {
    TaskAssignment task = started(programs().counting());
    LogCapture log = follow(task);
    await(log.lines(3));
    assertThat(log.end().toCompletableFuture()).isNotDone();

    await(runtime.stop(task, GRACE));
    await(log.end());

    assertThat(log.texts(false)).startsWith("1", "2", "3").isEqualTo(stdoutOf(task));
  }

  @Test
  void followingCanStartFromTheTail() {
    TaskAssignment task = started(programs().counting());
    await(follow(task).lines(10));
    LogCapture log = new LogCapture();

    runtime.logs(task.taskId(), new LogOptions(true, true, true, 2, null), log);

    await(log.lines(6));
    int first = Integer.parseInt(log.texts().get(0));
    assertThat(first).isGreaterThanOrEqualTo(9);
    assertThat(log.texts())
        .startsWith(
            IntStream.range(first, first + 6).mapToObj(String::valueOf).toArray(String[]::new));
  }

  @Test
  void followingCanBeCancelled() {
    TaskAssignment task = started(programs().counting());
    LogCapture log = new LogCapture();
    LogSubscription subscription =
        runtime.logs(task.taskId(), new LogOptions(true, true, true, -1, null), log);
    await(log.lines(2));

    subscription.cancel();
    subscription.cancel();

    await(log.end());
    assertThat(inspect(task).running()).isTrue();
  }

  @Test
  void followersOfARemovedTaskEnd() {
    TaskAssignment task = started(programs().counting());
    LogCapture log = follow(task);
    await(log.lines(2));

    await(runtime.remove(task.taskId()));

    awaitEither(log.end());
  }

  @Test
  void followersOfAClosedRuntimeEnd() {
    TaskAssignment task = started(programs().counting());
    LogCapture log = follow(task);
    await(log.lines(2));

    runtime.close();

    awaitEither(log.end());
    runtime = reopen();
  }

  @Test
  void logsOfAnUnknownTaskEndWithAnError() {
    LogCapture log = new LogCapture();

    runtime.logs("unknown0unknown0unknown00", LogOptions.ALL, log);

    assertThat(failureOf(log.end())).hasMessageContaining("unknown0unknown0unknown00");
  }

  // Building blocks for the tests here and in subclasses

  /** Another instance over the same state. */
  protected final TaskRuntime reopen() {
    TaskRuntime next = open();
    opened.add(next);
    return next;
  }

  /** An assignment of a new task that is removed when the test ends. */
  protected final TaskAssignment assignment(ContainerSpec.Builder container) {
    return withPorts(container);
  }

  /** The same with published ports. */
  protected final TaskAssignment withPorts(ContainerSpec.Builder container, PortConfig... ports) {
    ContainerSpec spec = container.build();
    String id = environment().ids().next();
    taskIds.add(id);
    Instant now = environment().time().now();
    EndpointSpec endpoint = new EndpointSpec(EndpointSpec.DEFAULT.mode(), List.of(ports));
    Task task =
        Task.builder(
                id,
                TaskSpec.of(spec),
                TaskStatus.of(TaskState.ASSIGNED, now, "assigned"),
                TaskState.RUNNING)
            .serviceId("s3rvice0s3rvice0s3rvice00")
            .serviceName("web")
            .slot(1)
            .nodeId(NODE)
            .endpoint(new Endpoint(endpoint, List.of(ports), List.of()))
            .build();
    Map<String, String> labels = new TreeMap<>();
    labels.put("com.docker.swarm.task", "");
    labels.put("com.docker.swarm.task.id", id);
    labels.put("com.docker.swarm.task.name", task.displayName());
    labels.put("com.docker.swarm.node.id", NODE);
    labels.put("com.docker.swarm.service.id", task.serviceId());
    labels.put("com.docker.swarm.service.name", task.serviceName());
    return new TaskAssignment(task, spec, labels, Map.of(), Map.of(), Map.of());
  }

  /** The same assignment with environment added by the agent. */
  protected static TaskAssignment withEnvironment(TaskAssignment a, Map<String, String> added) {
    return new TaskAssignment(a.task(), a.container(), a.labels(), added, a.secrets(), a.configs());
  }

  /** The same assignment with secrets and configs. */
  protected static TaskAssignment withFiles(
      TaskAssignment a, Map<String, Secret> secrets, Map<String, Config> configs) {
    return new TaskAssignment(
        a.task(), a.container(), a.labels(), a.environment(), secrets, configs);
  }

  /** Prepares and starts a new task. */
  protected final TaskAssignment started(ContainerSpec.Builder container) {
    TaskAssignment task = assignment(container);
    run(task);
    return task;
  }

  /** Prepares and starts. */
  protected final void run(TaskAssignment task) {
    await(runtime.prepare(task));
    await(runtime.start(task));
  }

  /** The status of a task that is there. */
  protected final RuntimeStatus inspect(TaskAssignment task) {
    return await(runtime.inspect(task.taskId())).orElseThrow();
  }

  /** The published number of the task's only port. */
  protected final int onlyPort(TaskAssignment task) {
    List<PortConfig> ports = inspect(task).ports();
    assertThat(ports).hasSize(1);
    return ports.get(0).publishedPort();
  }

  /** Follows both streams from the beginning. */
  protected final LogCapture follow(TaskAssignment task) {
    LogCapture log = new LogCapture();
    runtime.logs(task.taskId(), new LogOptions(true, true, true, -1, null), log);
    return log;
  }

  /** Waits for the line {@code ready}. */
  protected final void awaitReady(TaskAssignment task) {
    LogCapture log = new LogCapture();
    LogSubscription subscription =
        runtime.logs(task.taskId(), new LogOptions(true, false, true, -1, null), log);
    await(log.line("ready"));
    subscription.cancel();
    await(log.end());
  }

  /** All output up to now. */
  protected final List<String> logTexts(TaskAssignment task) {
    return logsOf(task, LogOptions.ALL);
  }

  /** What it printed on stdout up to now; shells speak of signals on stderr. */
  protected final List<String> stdoutOf(TaskAssignment task) {
    return logsOf(task, new LogOptions(true, false, false, -1, null));
  }

  /** The chosen output, not following. */
  protected final List<String> logsOf(TaskAssignment task, LogOptions options) {
    LogCapture log = new LogCapture();
    runtime.logs(task.taskId(), options, log);
    await(log.end());
    return log.texts();
  }

  /** Waits for success. */
  protected final <T> T await(CompletionStage<T> stage) {
    awaitEither(stage);
    return stage.toCompletableFuture().join();
  }

  /** Waits for success or failure. */
  protected final void awaitEither(CompletionStage<?> stage) {
    assertThat(environment().awaiter().await(stage, LIMIT)).as("done within %s", LIMIT).isTrue();
  }

  /** Waits for failure. */
  protected final TaskRuntimeException failureOf(CompletionStage<?> stage) {
    awaitEither(stage);
    try {
      stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(TaskRuntimeException.class);
      return (TaskRuntimeException) e.getCause();
    }
    return fail("should have failed");
  }

  /** Waits until something holds that nobody announces. */
  protected final void eventually(BooleanSupplier condition) {
    try (EventLoop pause = environment().loops().create("pause")) {
      for (int i = 0; i < 1_000 && !condition.getAsBoolean(); i++) {
        CompletableFuture<Void> tick = new CompletableFuture<>();
        pause.schedule(Duration.ofMillis(20), () -> tick.complete(null));
        await(tick);
      }
    }
    assertThat(condition.getAsBoolean()).as("condition holds in the end").isTrue();
  }
}
