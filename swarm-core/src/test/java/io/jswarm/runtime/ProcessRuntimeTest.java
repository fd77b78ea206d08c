// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.Environment;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.FileTarget;
import io.jswarm.model.Healthcheck;
import io.jswarm.model.Mount;
import io.jswarm.model.Platform;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.SecretSpec;
import io.jswarm.spi.LogCapture;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskPrograms;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.TaskRuntime.TaskExit;
import io.jswarm.spi.TaskRuntimeTck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRuntimeTest extends TaskRuntimeTck {
  private final Environment environment = Environment.system();

  @TempDir private Path directory;

  @Override
  protected Environment environment() {
    return environment;
  }

  @Override
  protected TaskRuntime open() {
    return ProcessRuntime.builder().directory(directory).environment(environment).build();
  }

  @Override
  protected TaskPrograms programs() {
    return new ProcessPrograms();
  }

  @Override
  protected void kill(String taskId) {
    long pid = await(runtime.inspect(taskId)).orElseThrow().container().pid();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  @Override
  protected void assertNothingLeft() {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    eventually(() -> processesOf(directory).isEmpty());
  }

  @Test
  void nextJvmAdoptsWhatACrashedOneStarted() throws Exception {
    ContainerSpec.Builder spec =
        script("trap 'exit 21' TERM; echo ready; while :; do sleep 0.05; done");
    TaskAssignment task = assignment(spec);
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingAgent.class.getName(),
                directory.toString(),
                task.taskId(),
                NODE,
                task.container().command().get(2))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    await(agent.onExit());
    assertThat(agent.exitValue()).isZero();

    runtime.close();
    runtime = reopen();

    assertThat(await(runtime.list(NODE))).containsExactly(task.taskId());
    assertThat(inspect(task).running()).isTrue();
    awaitReady(task);
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);
    await(runtime.stop(task, GRACE));
    assertThat(await(exit)).isEqualTo(new TaskExit(21, ""));
  }

  @Test
  void stopReachesTheWholeGroup() throws IOException {
    TaskAssignment task = started(script("sleep 300 & sh -c 'sleep 301' & echo ready; wait"));
    awaitReady(task);
    eventually(() -> childrenOf(task).size() == 3);

    await(runtime.stop(task, GRACE));

    assertThat(await(runtime.awaitExit(task)).exitCode()).isEqualTo(143);
    eventually(() -> processesOf(directory).isEmpty());
  }

  @Test
  void childrenDoNotOutliveTheirTask() {
    TaskAssignment task = started(script("trap '' TERM HUP; sleep 300 & exit 3"));

    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(3, ""));

    eventually(() -> processesOf(directory).isEmpty());
  }

  @Test
  void lostSupervisorCostsOnlyTheExitCode() throws IOException {
    TaskAssignment task = started(programs().untilStopped());
    awaitReady(task);
    ProcessMark supervisor =
        ProcessMark.read(directory.resolve(task.taskId()).resolve("supervisor"));
    assertThat(supervisor).isNotNull();
    supervisor.handle().orElseThrow().destroyForcibly();
    eventually(() -> !supervisor.alive());
    assertThat(inspect(task).running()).isTrue();

    await(runtime.stop(task, GRACE));

    TaskExit exit = await(runtime.awaitExit(task));
    assertThat(exit.exitCode()).isEqualTo(-1);
    assertThat(exit.error()).contains("exit code is lost");
    assertThat(inspect(task).container().exitCode()).isNull();
  }

  @Test
  void busyPortIsNamed() throws IOException {
    try (ServerSocket listener = new ServerSocket(0)) {
      int port = listener.getLocalPort();
      TaskAssignment task = withPorts(programs().untilStopped(), PortConfig.host(port, 80));

      assertThat(failureOf(runtime.prepare(task)))
          .hasMessage("port " + port + "/tcp is in use on this node");
    }
    assertThat(await(runtime.list(NODE))).isEmpty();
  }

  @Test
  void taskIsToldItsPorts() {
    TaskAssignment task =
        withPorts(
            programs().printingEnvironment("PORT", "JSWARM_PORT_8080", "JSWARM_PORT_53"),
            PortConfig.host(0, 8080),
            PortConfig.host(0, 53).withProtocol(Protocol.UDP),
            PortConfig.ingress(9000, 9000));
    run(task);
    await(runtime.awaitExit(task));

    List<PortConfig> ports = inspect(task).ports();

    assertThat(ports).hasSize(2);
    String first = String.valueOf(ports.get(0).publishedPort());
    String second = String.valueOf(ports.get(1).publishedPort());
    assertThat(logTexts(task)).containsExactly(first, first, second);
  }

  @Test
  void secretsHaveTheirModesAndGoWithTheTask() throws IOException {
    SecretReference key = new SecretReference("s1", "key", new FileTarget("key", "0", "0", 0400));
    SecretReference deep =
        new SecretReference("s1", "key", FileTarget.named("/run/secrets/deep/key"));
    TaskAssignment task =
        withFiles(
            assignment(
                script(
                        "cd $JSWARM_SECRETS; stat -c '%a %n' key deep/key .; echo ready; exec sleep 300")
                    .secret(key)
                    .secret(deep)),
            Map.of("s1", Secret.of("s1", SecretSpec.of("key", "xyzzy"))),
            Map.of());
    run(task);
    awaitReady(task);
    assertThat(logTexts(task)).containsExactly("400 key", "444 deep/key", "700 .", "ready");

    await(runtime.stop(task, GRACE));

    Path files = directory.resolve(task.taskId());
    assertThat(files.resolve("secrets")).doesNotExist();
    assertThat(files.resolve("configs")).exists();
    assertThat(files.resolve("state.json")).content().doesNotContain("xyzzy");
  }

  @Test
  void fileTargetsCannotLeadOut() {
    SecretReference escape = new SecretReference("s1", "key", FileTarget.named("../../etc/x"));
    TaskAssignment task =
        withFiles(
            assignment(programs().untilStopped().secret(escape)),
            Map.of("s1", Secret.of("s1", SecretSpec.of("key", "xyzzy"))),
            Map.of());

    assertThat(failureOf(runtime.prepare(task))).hasMessageContaining("../../etc/x");
  }

  @Test
  void missingSecretIsNamed() {
    TaskAssignment task = assignment(programs().untilStopped().secret("s1", "password"));

    assertThat(failureOf(runtime.prepare(task))).hasMessageContaining("password");
    assertThat(await(runtime.list(NODE))).isEmpty();
  }

  @Test
  void imagesUsersAndMountsAreRefused() {
    assertThat(refusal(ContainerSpec.builder("nginx:1.27")))
        .isEqualTo(
            "the process runtime runs commands, not images: set command(...) (image nginx:1.27)");
    assertThat(refusal(programs().untilStopped().user("nobody"))).contains("user nobody");
    assertThat(refusal(programs().untilStopped().mount(Mount.bind("/tmp", "/data"))))
        .contains("/data");
    assertThat(refusal(programs().untilStopped().dir("/no/such/directory")))
        .contains("/no/such/directory");
    assertThat(refusal(ContainerSpec.builder("").command("/etc/passwd")))
        .isEqualTo("command is not executable: /etc/passwd");
  }

  private String refusal(ContainerSpec.Builder spec) {
    TaskRuntimeException failure = failureOf(runtime.prepare(assignment(spec)));
    assertThat(failure.temporary()).isFalse();
    return String.valueOf(failure.getMessage());
  }

  @Test
  void probeThatHangsCountsAsFailed() {
    Healthcheck hanging =
        Healthcheck.shell("echo waiting for the database; sleep 300")
            .withInterval(Duration.ofMillis(50))
            .withTimeout(Duration.ofMillis(200))
            .withRetries(2);
    TaskAssignment task = assignment(programs().untilStopped().healthcheck(hanging));
    await(runtime.prepare(task));

    TaskRuntimeException failure = failureOf(runtime.start(task));

    assertThat(failure).hasMessageContaining("unhealthy: waiting for the database");
    assertThat(await(runtime.awaitExit(task)))
        .isEqualTo(new TaskExit(0, "unhealthy: waiting for the database"));
    eventually(() -> processesOf(directory).isEmpty());
  }

  @Test
  void environmentStartsClean() {
    TaskAssignment task = started(ContainerSpec.builder("").command("env").env("my.key", "v w"));
    await(runtime.awaitExit(task));

    List<String> names =
        logTexts(task).stream().map(line -> line.substring(0, line.indexOf('='))).toList();

    assertThat(logTexts(task)).contains("my.key=v w");
    assertThat(names)
        .contains("PATH", "HOME", "LANG", "JSWARM_SECRETS", "JSWARM_CONFIGS")
        .isSubsetOf(
            "PATH",
            "HOME",
            "LANG",
            "JSWARM_SECRETS",
            "JSWARM_CONFIGS",
            "my.key",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_");
  }

  @Test
  void taskHasADirectoryOfItsOwn() throws IOException {
    TaskAssignment task = started(script("pwd -P; echo x > file; printf 'no line end'"));
    await(runtime.awaitExit(task));

    assertThat(logTexts(task))
        .containsExactly(
            directory.toRealPath().resolve(task.taskId()).resolve("work").toString(),
            "no line end");
  }

  @Test
  void logsAreCapped() throws IOException {
    runtime.close();
    runtime =
        ProcessRuntime.builder()
            .directory(directory)
            .environment(environment)
            .logLimit(20_000)
            .build();
    TaskAssignment task =
        started(
            script(
                "i=0; while [ $i -lt 10 ]; do "
                    + "i=$((i+1)); seq $((i*1000)) $((i*1000+999)); sleep 0.13; done"));
    LogCapture followed = follow(task);
    await(runtime.awaitExit(task));
    await(followed.end());

    long kept;
    try (Stream<Path> files = Files.list(directory.resolve(task.taskId()))) {
      kept = files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }

    assertThat(followed.texts())
        .isEqualTo(IntStream.range(1000, 11_000).mapToObj(String::valueOf).toList());
    assertThat(kept).isLessThan(65_000);
    assertThat(logTexts(task)).hasSizeBetween(3_000, 10_000).endsWith("10998", "10999");
    runtime.close();
    runtime = reopen();
  }

  @Test
  void halfPreparedTasksAreTidiedUp() throws IOException {
    Path half = Files.createDirectories(directory.resolve("half0half0half0half0half0/work"));

    runtime.close();
    runtime = reopen();

    assertThat(await(runtime.list(NODE))).isEmpty();
    assertThat(half.getParent()).doesNotExist();
  }

  @Test
  void closedRuntimeLeavesNoThreadAndNoOpenStage() {
    TaskAssignment task = started(programs().untilStopped());
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);

    runtime.close();
    runtime.close();

    assertThat(failureOf(exit).temporary()).isTrue();
    assertThat(failureOf(runtime.inspect(task.taskId())).temporary()).isTrue();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("jswarm-process-runtime");
    runtime = reopen();
    assertThat(inspect(task).running()).isTrue();
  }

  @Test
  void hostAnswersInDockersWords() {
    assertThat(HostDescription.platform("Linux", "amd64"))
        .isEqualTo(new Platform("linux", "x86_64"));
    assertThat(HostDescription.platform("Mac OS X", "aarch64"))
        .isEqualTo(new Platform("darwin", "aarch64"));
  }

  private ContainerSpec.Builder script(String script) {
    return new ProcessPrograms().script(script);
  }

  private List<ProcessHandle> childrenOf(TaskAssignment task) {
    return ProcessHandle.of(inspect(task).container().pid()).orElseThrow().descendants().toList();
  }

  /** Everything that has the directory in its command line or environment: what we started. */
  static List<String> processesOf(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(handle -> handle.pid() != ProcessHandle.current().pid())
        .filter(ProcessHandle::isAlive)
        .map(handle -> handle.pid() + " " + environmentOf(handle.pid()))
        .filter(text -> text.contains("=" + directory + "/"))
        .toList();
  }

  private static String environmentOf(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
