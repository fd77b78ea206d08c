// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.SwarmNode;
import io.jswarm.api.Filter;
import io.jswarm.loop.Environment;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.NodeRole;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.runtime.SimulatedHost;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Command lines as a node carries them out, on a cluster whose tasks are simulated. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeCommandTest {
  private Path dir;

  private final Environment world = Environment.system();
  private final List<SimulatedHost> hosts = new ArrayList<>();
  private SwarmNode manager;
  private SwarmNode worker;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private boolean ended;

  @BeforeAll
  void start(@TempDir Path temporary) {
    dir = temporary;
    manager = builder("m1").asManager().listen("127.0.0.1", 0).start();
    String address = manager.swarm().nodes().inspect(manager.id()).await().managerStatus().addr();
    String token = manager.swarm().joinToken(NodeRole.WORKER).await();
    worker = builder("w1").join(address, token).start();
  }

  private SwarmNode.Builder builder(String name) {
    SimulatedHost host = SimulatedHost.builder(world).hostname(name).build();
    hosts.add(host);
    return SwarmNode.builder()
        .name(name)
        .dataDir(dir.resolve(name))
        .environment(world)
        .runtime(host.runtime());
  }

  @AfterAll
  void close() {
    worker.close();
    manager.close();
    hosts.forEach(SimulatedHost::close);
    world.close();
  }

  @BeforeEach
  void clear() {
    out = new StringWriter();
    err = new StringWriter();
    manager
        .swarm()
        .services()
        .list(Filter.all())
        .await()
        .forEach(service -> manager.swarm().services().remove(service.id()).await());
  }

  private int run(String... args) {
    return run(manager, 0, args);
  }

  private int run(SwarmNode node, int columns, String... args) {
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    NodeSession session =
        new NodeSession(node, dir, outWriter, errWriter, columns, () -> ended = true);
    return NodeCommand.run(session, args);
  }

  private ServiceSpec spec(String service) {
    return manager.swarm().services().inspect(service).await().spec();
  }

  @Test
  void nodesAreListedWithThisOneMarked() {
    assertThat(run("node", "ls")).isZero();

    assertThat(out.toString().lines())
        .hasSize(3)
        .anyMatch(line -> line.matches("ID +HOSTNAME +STATUS +AVAILABILITY +MANAGER STATUS.*"))
        .anyMatch(line -> line.matches(manager.id() + " \\* +m1 +Ready +Active +Leader.*"))
        .anyMatch(line -> line.matches(worker.id() + " +w1 +Ready +Active .*"));
  }

  @Test
  void idsForProgramsAreOnlyIds() {
    assertThat(run("node", "ls", "--format", "json")).isZero();
    assertThat(out.toString()).contains("{\"ID\":\"" + manager.id() + "\",\"Hostname\":\"m1\"");

    clear();
    assertThat(run("node", "ls", "-q")).isZero();
    assertThat(out.toString().lines()).containsExactlyInAnyOrder(manager.id(), worker.id());
  }

  @Test
  void aNodeIsDrainedAndActivatedByName() {
    assertThat(run("node", "drain", "w1")).isZero();
    assertThat(run("node", "ls")).isZero();
    assertThat(out.toString()).contains("Node w1 drains.").containsPattern("w1 +Ready +Drain");

    assertThat(run("node", "activate", "w1")).isZero();
    assertThat(out.toString()).contains("Node w1 is active.");
  }

  @Test
  void oneNodeThatIsMissingKeepsNoOtherFromBeingActivated() {
    assertThat(run("node", "activate", "nobody", "w1")).isEqualTo(1);

    assertThat(out.toString()).contains("Node w1 is active.");
    assertThat(err.toString().lines()).hasSize(1).first().asString().startsWith("Error: ");
  }

  @Test
  void aServiceIsCreatedScaledListedAndRemoved() {
    assertThat(run("service", "create", "--name", "web", "--replicas", "2", "web:1")).isZero();
    assertThat(out.toString())
        .contains("overall progress: web: 2 of 2 tasks running")
        .contains(" converged");

    assertThat(run("service", "scale", "web=3")).isZero();
    assertThat(out.toString()).contains("web scaled to 3");

    clear(out);
    assertThat(run("service", "ls")).isZero();
    assertThat(out.toString()).containsPattern("web +replicated +3/3 +web:1");

    clear(out);
    assertThat(run("service", "ps", "web")).isZero();
    assertThat(out.toString().lines().skip(1))
        .hasSize(3)
        .allMatch(line -> line.matches("\\w{12} +web\\.[123] +web:1 +[mw]1 +Running +Running .*"));

    assertThat(run("service", "rm", "web")).isZero();
    assertThat(run("service", "ps", "web")).isEqualTo(1);
    assertThat(err.toString()).startsWith("Error: ").contains("web");
  }

  private static void clear(StringWriter writer) {
    writer.getBuffer().setLength(0);
  }

  @Test
  void optionsEndUpInTheSpec() {
    assertThat(
            run(
                "service",
                "create",
                "--detach",
                "--name=app",
                "-e",
                "A=1",
                "-e",
                "B=x=y",
                "--label",
                "team=blue",
                "--constraint",
                "node.role==worker",
                "--limit-memory",
                "64m",
                "--reserve-cpu",
                "0.5",
                "--restart-condition",
                "on-failure",
                "--update-delay",
                "2s",
                "--update-parallelism",
                "3",
                "registry/app:1",
                "sh",
                "-c",
                "--name",
                "x"))
        .isZero();

    ServiceSpec spec = spec("app");
    ContainerSpec container = (ContainerSpec) spec.task().runtime();
    assertThat(container.command()).containsExactly("sh", "-c", "--name", "x");
    assertThat(container.env()).containsExactly("A=1", "B=x=y");
    assertThat(spec.labels()).containsEntry("team", "blue");
    assertThat(spec.task().placement().constraints()).containsExactly("node.role==worker");
    assertThat(spec.task().resources().limits().memoryBytes()).isEqualTo(64L << 20);
    assertThat(spec.task().resources().reservations().nanoCpus()).isEqualTo(500_000_000);
    assertThat(spec.task().restart().condition()).isEqualTo(RestartCondition.ON_FAILURE);
    assertThat(spec.update().delay()).isEqualTo(Duration.ofSeconds(2));
    assertThat(spec.update().parallelism()).isEqualTo(3);
  }

  @Test
  void aServiceWithoutANameHasThatOfItsImage() {
    assertThat(run("service", "create", "-d", "registry:5000/team/shop:1.2")).isZero();

    assertThat(spec("shop").name()).isEqualTo("shop");
  }

  @Test
  void whatTheClusterRefusesIsOneLine() {
    assertThat(run("service", "create", "--name", "-no-", "--limit-cpu", "-1", "image"))
        .isEqualTo(1);

    assertThat(err.toString().lines()).hasSize(1).first().asString().startsWith("Error: ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void whatCannotBeUnderstoodIsExitCodeTwo() {
    assertThat(run("service", "create", "--replicas", "many", "image")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "Error: Invalid value for option '--replicas': 'many' is not a long",
            "See 'jswarm-node service create --help'.");

    assertThat(run("service", "scale", "web")).isEqualTo(2);
    assertThat(run("service", "scale", "web=x")).isEqualTo(2);
    assertThat(run("service", "create", "--mode", "global", "--replicas", "2", "image"))
        .isEqualTo(2);
    assertThat(run("nod", "ls")).isEqualTo(2);
    assertThat(run("node")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void tokensAreShownAndReplaced() {
    assertThat(run("token", "worker")).isZero();
    assertThat(out.toString())
        .contains("To add a worker to this swarm, run the following command:")
        .containsPattern("join --token SWMTKN-1-\\w+-\\w+ 127\\.0\\.0\\.1:\\d+");

    clear(out);
    assertThat(run("token", "manager", "--quiet")).isZero();
    String before = out.toString().strip();
    assertThat(before).matches("SWMTKN-1-\\w+-\\w+");

    clear(out);
    assertThat(run("token", "manager", "--rotate", "--quiet")).isZero();
    assertThat(out.toString().strip()).matches("SWMTKN-1-\\w+-\\w+").isNotEqualTo(before);
  }

  @Test
  void aWorkerSaysThatItIsNoManager() {
    assertThat(run(worker, 0, "node", "ls")).isEqualTo(1);
    assertThat(run(worker, 0, "info")).isZero();

    assertThat(err.toString().lines())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("Error: This node is not a swarm manager.");
    assertThat(out.toString()).contains("NodeID: " + worker.id()).contains("Is Manager: false");
  }

  @Test
  void aManagerLeavesOnlyWithForceAndTheLastOneNotAtAll() {
    assertThat(run("leave")).isEqualTo(1);
    assertThat(err.toString()).contains("Use --force");

    assertThat(run("leave", "--force")).isEqualTo(1);
    assertThat(ended).isFalse();
    assertThat(run("node", "ls")).isZero();
  }

  @Test
  void aNodeThatRunsStartsNoOther() {
    assertThat(run("init")).isEqualTo(2);
    assertThat(run("start")).isEqualTo(2);

    assertThat(err.toString()).contains("not for a node that runs");
  }

  @Test
  void helpIsTheNodesToo() {
    assertThat(run("service", "create", "--help")).isZero();

    assertThat(out.toString()).contains("--restart-condition").doesNotContain("init, join");
  }

  @Test
  void tasksOfOneSlotAreShownTogetherTheNewestFirst() {
    assertThat(run("service", "create", "--name", "web", "web:1")).isZero();
    manager
        .swarm()
        .services()
        .update("web", spec -> spec.toBuilder().forceUpdate().build())
        .await();
    manager.swarm().services().awaitConverged("web", Duration.ofSeconds(60)).await();

    clear(out);
    assertThat(run("service", "ps", "web")).isZero();

    assertThat(out.toString().lines().skip(1).toList())
        .hasSize(2)
        .satisfies(lines -> assertThat(lines.get(0)).containsPattern(" web\\.1 +web:1.* Running "))
        .satisfies(
            lines -> assertThat(lines.get(1)).containsPattern(" \\\\_ web\\.1 +web:1.*Shutdown"));
    assertThat(manager.swarm().tasks().list(Filter.all().service("web")).await())
        .extracting(Task::slot)
        .containsOnly(1);
  }
}
