// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.GIB;
import static io.jswarm.scheduler.Given.node;
import static io.jswarm.scheduler.Given.reserve;
import static io.jswarm.scheduler.Given.spec;
import static io.jswarm.scheduler.Given.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.DiscreteGenericResource;
import io.jswarm.model.GenericResource;
import io.jswarm.model.GenericResources;
import io.jswarm.model.Limits;
import io.jswarm.model.NamedGenericResource;
import io.jswarm.model.Node;
import io.jswarm.model.NodeResources;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S7.2 and filter 2: what is reported, what is reserved, and what is left. */
class ResourceTest {
  private static final TaskSpec ONE_CPU = spec().reservations(reserve(1, 0, "")).build();
  private static final TaskSpec ONE_FPGA = spec().reservations(reserve(0, 0, "FPGA=1")).build();

  @Test
  void c7_3_whatDoesNotFitWaitsAndSaysSo() {
    TestCluster cluster = new TestCluster(node("a", 2, 0, ""), node("b", 2, 0, ""));
    cluster.service("web", 5, ONE_CPU);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 2, "b", 2));
    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (insufficient resources on 2 nodes)");
  }

  @Test
  void c7_4_aTaskThatEndsMakesRoomForOneThatWaits() {
    TestCluster cluster = new TestCluster(node("a", 2, 0, ""), node("b", 2, 0, ""));
    cluster.service("web", 5, ONE_CPU);
    cluster.place();
    String freed = cluster.nodeOf("web.1.1");

    cluster.observe("web.1.1", TaskState.COMPLETE);
    cluster.place();

    assertThat(cluster.nodeOf("web.5.1")).isEqualTo(freed);
    assertThat(cluster.waiting()).isEmpty();
  }

  @Test
  void c7_5_aTaskToldToStopHoldsItsResourcesUntilItHasStopped() {
    TestCluster cluster = new TestCluster(node("a", 1, 0, ""));
    cluster.running("a", task("web", 1, 1, ONE_CPU));
    cluster.desire("web.1.1", TaskState.SHUTDOWN);
    cluster.put(task("next", "web", 1, 1, ONE_CPU));

    cluster.place();
    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (insufficient resources on 1 node)");
    cluster.observe("web.1.1", TaskState.SHUTDOWN);
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void memoryIsCountedLikeCpu() {
    TestCluster cluster = new TestCluster(node("a", 8, GIB, ""), node("b", 8, 4 * GIB, ""));
    cluster.service("web", 4, spec().reservations(reserve(0, GIB, "")).build());

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 3));
  }

  @Test
  void limitsAreNotReservations() {
    TestCluster cluster = new TestCluster(node("a", 1, 0, ""));
    cluster.service("web", 3, spec().limits(new Limits(5_000_000_000L, 8 * GIB)).build());

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 3));
  }

  @Test
  void aNodeThatShrinksHasLessThanNothing_untilEnoughIsGivenBack() {
    TestCluster cluster = new TestCluster(node("a", 3, 0, ""));
    cluster.service("web", 3, ONE_CPU);
    cluster.place();
    cluster.update("a", node -> resources(node, 1, 0, "")); // available: -2
    cluster.put(task("next", "web", 4, 1, ONE_CPU));

    cluster.observe("web.1.1", TaskState.FAILED);
    cluster.observe("web.2.1", TaskState.FAILED);
    cluster.place();
    assertThat(cluster.waiting()).hasSize(1);
    cluster.observe("web.3.1", TaskState.FAILED);
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void aNodeThatGrowsTakesWhatWaits() {
    TestCluster cluster = new TestCluster(node("a", 1, 0, ""));
    cluster.service("web", 2, ONE_CPU);
    cluster.place();

    cluster.update("a", node -> resources(node, 2, 0, ""));
    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 2));
  }

  @Test
  void c7_8_namedUnitsAreClaimedOneEach() {
    TestCluster cluster =
        new TestCluster(node("a", 0, 0, "GPU=2"), node("b", 0, 0, "FPGA=f1,FPGA=f2"));
    cluster.service("crypt", 3, ONE_FPGA);

    cluster.place();

    assertThat(cluster.spread("crypt")).isEqualTo(Map.of("a", 0, "b", 2));
    assertThat(claims(cluster, "crypt.1.1")).isEqualTo("FPGA=f1");
    assertThat(claims(cluster, "crypt.2.1")).isEqualTo("FPGA=f2");
    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (insufficient resources on 2 nodes)");
  }

  @Test
  void c7_8_aUnitGivenBackIsClaimedAgain() {
    TestCluster cluster = new TestCluster(node("b", 0, 0, "FPGA=f1,FPGA=f2"));
    cluster.service("crypt", 3, ONE_FPGA);
    cluster.place();

    cluster.observe("crypt.1.1", TaskState.SHUTDOWN);
    cluster.place();

    assertThat(claims(cluster, "crypt.3.1")).isEqualTo("FPGA=f1");
  }

  @Test
  void countedUnitsAreClaimedByNumber() {
    TestCluster cluster = new TestCluster(node("a", 0, 0, "GPU=5"));
    cluster.service("train", 3, spec().reservations(reserve(0, 0, "GPU=2")).build());

    cluster.place();

    assertThat(cluster.spread("train")).isEqualTo(Map.of("a", 2));
    assertThat(claims(cluster, "train.1.1")).isEqualTo("GPU=2");
  }

  @Test
  void unitsAskedForByNameAreThoseAndNoOthers() {
    TestCluster cluster =
        new TestCluster(node("a", 0, 0, "GPU=g1,GPU=g2"), node("b", 0, 0, "GPU=g3,GPU=g4"));
    cluster.service("train", 2, spec().reservations(reserve(0, 0, "GPU=g3,GPU=g4")).build());

    cluster.place();

    assertThat(cluster.spread("train")).isEqualTo(Map.of("a", 0, "b", 1));
    assertThat(claims(cluster, "train.1.1")).isEqualTo("GPU=g3,GPU=g4");
  }

  @Test
  void aNumberDoesNotTakeUnitsThatTheSameTaskNames() {
    List<GenericResource> offered = GenericResources.parse("GPU=g1,GPU=g2,GPU=g3");
    List<GenericResource> wanted =
        List.of(new DiscreteGenericResource("GPU", 1), new NamedGenericResource("GPU", "g1"));

    assertThat(new GenericClaims().claim(wanted, offered))
        .containsExactly(
            new NamedGenericResource("GPU", "g1"), new NamedGenericResource("GPU", "g2"));
  }

  @Test
  void everyKindHasToBeThere() {
    TestCluster cluster = new TestCluster(node("a", 0, 0, "GPU=1"), node("b", 0, 0, "GPU=1,SSD=3"));
    cluster.service("train", 1, spec().reservations(reserve(0, 0, "GPU=1,SSD=2")).build());

    cluster.place();

    assertThat(cluster.nodeOf("train.1.1")).isEqualTo("b");
    assertThat(claims(cluster, "train.1.1")).isEqualTo("GPU=1,SSD=2");
  }

  @Test
  void unitsThatANodeStopsToReportAreNotGivenAgain() {
    TestCluster cluster = new TestCluster(node("a", 0, 0, "FPGA=f1,FPGA=f2"));
    cluster.service("crypt", 1, ONE_FPGA);
    cluster.place();
    cluster.update("a", node -> resources(node, 0, 0, "FPGA=f2"));
    cluster.put(task("crypt", 2, 1, ONE_FPGA));
    cluster.put(task("crypt", 3, 1, ONE_FPGA));

    cluster.place();

    assertThat(claims(cluster, "crypt.2.1")).isEqualTo("FPGA=f2");
    assertThat(cluster.waiting()).extracting("id").containsExactly("crypt.3.1");
  }

  private static String claims(TestCluster cluster, String taskId) {
    return GenericResources.format(cluster.tasks.get(taskId).assignedGenericResources());
  }

  private static Node resources(Node node, double cpus, long memory, String generic) {
    NodeResources resources = node(node.id(), cpus, memory, generic).description().resources();
    return node.withDescription(node.description().withResources(resources));
  }
}
