// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.label;
import static io.jswarm.scheduler.Given.node;
import static io.jswarm.scheduler.Given.reserve;
import static io.jswarm.scheduler.Given.spec;
import static io.jswarm.scheduler.Given.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.TaskSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S7.6: placement preferences. */
class PreferenceTest {
  private static final TaskSpec OVER_RACKS = spec().spreadOver("node.labels.rack").build();

  @Test
  void c7_12_racksShareEvenlyWhateverTheirSize() {
    TestCluster cluster =
        new TestCluster(rack("a", "r1"), rack("b", "r2"), rack("c", "r2"), rack("d", "r2"));
    cluster.service("web", 6, OVER_RACKS);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 3, "b", 1, "c", 1, "d", 1));
  }

  @Test
  void c7_13_nodesWithoutTheLabelAreABranchOfTheirOwn() {
    TestCluster cluster =
        new TestCluster(
            rack("a", "r1"), rack("b", "r2"), rack("c", "r2"), rack("d", "r2"), node("e"));
    cluster.service("web", 6, OVER_RACKS);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 2, "b", 1, "c", 1, "d", 0, "e", 2));
  }

  @Test
  void c7_14_aLabelThatNobodyHasChangesNothing() {
    TestCluster plain = new TestCluster(node("a"), node("b"), node("c"));
    plain.runningOthers("a", 2);
    plain.service("web", 7, spec().build());
    TestCluster preferring = new TestCluster(node("a"), node("b"), node("c"));
    preferring.runningOthers("a", 2);
    preferring.service("web", 7, OVER_RACKS);

    plain.place();
    preferring.place();

    assertThat(preferring.spread("web")).isEqualTo(plain.spread("web"));
    assertThat(preferring.spread("web")).isEqualTo(Map.of("a", 2, "b", 3, "c", 2));
  }

  @Test
  void tasksThatRunAlreadyCountForTheirBranch() {
    TestCluster cluster = new TestCluster(rack("a", "r1"), rack("b", "r1"), rack("c", "r2"));
    cluster.running("a", task("web", 1, 1, OVER_RACKS));
    cluster.running("b", task("web", 2, 1, OVER_RACKS));
    for (int slot = 3; slot <= 6; slot++) {
      cluster.put(task("web", slot, 1, OVER_RACKS));
    }

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 2, "b", 1, "c", 3));
  }

  @Test
  void tasksOnNodesThatTakeNoMoreCountForTheirBranch() {
    TestCluster cluster = new TestCluster(rack("a", "r1"), rack("b", "r1"), rack("c", "r2"));
    cluster.running("a", task("web", 1, 1, OVER_RACKS));
    cluster.update("a", node -> Given.availability(node, NodeAvailability.PAUSE));
    cluster.put(task("web", 2, 1, OVER_RACKS));
    cluster.runningOthers("c", 3);

    cluster.place();

    assertThat(cluster.nodeOf("web.2.1")).isEqualTo("c");
  }

  @Test
  void tasksOfOtherServicesDoNotCountForABranch() {
    TestCluster cluster = new TestCluster(rack("a", "r1"), rack("b", "r2"));
    cluster.runningOthers("a", 9);
    cluster.service("web", 2, OVER_RACKS);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 1));
  }

  @Test
  void amongEqualBranchesTheOneWithTheBestNodeComesFirst() {
    TestCluster cluster = new TestCluster(rack("a", "r1"), rack("b", "r2"));
    cluster.runningOthers("a", 1);
    cluster.service("web", 1, OVER_RACKS);

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1")).isEqualTo("b");
  }

  @Test
  void whatAFullBranchCannotTakeGoesToTheOthers() {
    TaskSpec large = spec().spreadOver("node.labels.rack").reservations(reserve(1, 0, "")).build();
    TestCluster cluster =
        new TestCluster(
            label(node("a", 1, 0, ""), "rack", "r1"),
            label(node("b", 8, 0, ""), "rack", "r2"),
            label(node("c", 8, 0, ""), "rack", "r3"));
    cluster.service("web", 7, large);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 3, "c", 3));
  }

  @Test
  void aPreferenceIsNeverARule() {
    TaskSpec large = spec().spreadOver("node.labels.rack").reservations(reserve(1, 0, "")).build();
    TestCluster cluster =
        new TestCluster(
            label(node("a", 1, 0, ""), "rack", "r1"), label(node("b", 4, 0, ""), "rack", "r2"));
    cluster.service("web", 6, large);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 4));
    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (insufficient resources on 2 nodes)");
  }

  @Test
  void filtersComeBeforeBranches() {
    TaskSpec spec =
        spec().spreadOver("node.labels.rack").constraint("node.labels.rack != r1").build();
    TestCluster cluster = new TestCluster(rack("a", "r1"), rack("b", "r2"), rack("c", "r3"));
    cluster.service("web", 4, spec);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 0, "b", 2, "c", 2));
  }

  @Test
  void theSecondPreferenceDividesEachBranchOfTheFirst() {
    TaskSpec spec = spec().spreadOver("node.labels.zone").spreadOver("node.labels.rack").build();
    TestCluster cluster =
        new TestCluster(
            label(rack("a", "r1"), "zone", "east"),
            label(rack("b", "r1"), "zone", "east"),
            label(rack("c", "r2"), "zone", "east"),
            label(rack("d", "r1"), "zone", "west"));
    cluster.service("web", 8, spec);

    cluster.place();

    // 4 per zone; in the east 2 per rack
    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 1, "c", 2, "d", 4));
  }

  @Test
  void engineLabelsWorkAndPrefixesAreReadInAnyCase() {
    TaskSpec spec = spec().spreadOver("Engine.LABELS.disk").build();
    TestCluster cluster =
        new TestCluster(
            Given.engineLabel(node("a"), "disk", "ssd"),
            Given.engineLabel(node("b"), "disk", "hdd"),
            Given.engineLabel(node("c"), "disk", "hdd"));
    cluster.service("web", 4, spec);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 2, "b", 1, "c", 1));
  }

  @Test
  void otherKeysAreIgnored() {
    TaskSpec spec =
        spec().spreadOver("node.id").spreadOver("node.labels.").spreadOver("rack").build();

    assertThat(SpreadKey.of(spec.placement())).isEmpty();
  }

  private static Node rack(String id, String rack) {
    return label(node(id), "rack", rack);
  }
}
