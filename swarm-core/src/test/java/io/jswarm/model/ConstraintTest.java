// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConstraintTest {
  private static final Node NODE =
      node(NodeSpec.worker().toBuilder().label("zone", "eu-1").build());

  @Test
  void c8_1_valuesAndKeysAreComparedWithoutCaseButLabelNamesWithCase() {
    Node other = node(NodeSpec.worker().toBuilder().label("Zone", "eu-1").build());

    assertThat(matches("node.labels.zone == EU-1", NODE)).isTrue();
    assertThat(matches("NODE.Labels.zone == EU-1", NODE)).isTrue();
    assertThat(matches("node.labels.zone == EU-1", other)).isFalse();
    assertThat(matches("node.labels.Zone == EU-1", other)).isTrue();
  }

  @Test
  void c8_1_caseIsFoldedTheSameWayInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));

      assertThat(matches("NODE.ID == NODE-I", NODE)).isTrue();
      assertThat(matches("NODE.IP == 10.9.8.7", NODE)).isTrue();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void c8_2_aMissingLabelIsAnEmptyText() {
    assertThat(matches("node.labels.tier != db", NODE)).isTrue();
    assertThat(matches("node.labels.tier == db", NODE)).isFalse();
    assertThat(matches("engine.labels.tier != db", NODE)).isTrue();
  }

  @Test
  void c8_3_malformedConstraintsDoNotParse() {
    assertMalformed("node.labels.tier == ", "value is missing");
    assertMalformed("tier=db", "no operator");
    assertMalformed("9a==b", "key");
    assertMalformed("node id == x", "key");
    assertMalformed("", "no operator");
    assertMalformed("node.id == a,b", "value");
    assertMalformed("a!=b==c", "key"); // split at the first ==, wherever it is
  }

  @Test
  void c8_3_everyCharacterOfTheValueAlphabetParses() {
    String value = "aZ9 \t:-_.*()?+[]\\^$|/ü";

    assertThat(Constraint.parse("node.labels.x == " + value))
        .hasToString("node.labels.x == " + value);
  }

  @Test
  void c8_4_thereAreNoPatterns() {
    assertThat(matches("node.hostname == web-*", NODE)).isFalse();
    assertThat(matches("node.hostname == web-1", NODE)).isTrue();
    assertThat(matches("node.hostname == web-.", NODE)).isFalse();
  }

  @Test
  void c8_5_addressesAreComparedAsAddressesAndBlocks() {
    Node without = NODE.withStatus(NodeStatus.UNKNOWN);
    Node v6 = NODE.withStatus(new NodeStatus(NodeState.READY, "", "fd00:0:0::1"));

    assertThat(matches("node.ip == 10.0.0.0/8", NODE)).isTrue();
    assertThat(matches("node.ip != 10.0.0.0/8", NODE)).isFalse();
    assertThat(matches("node.ip == 10.9.8.7", NODE)).isTrue();
    assertThat(matches("node.ip == 10.9.8.0/30", NODE)).isFalse();
    assertThat(matches("node.ip == fd00::1", v6)).isTrue();
    assertThat(matches("node.ip == fd00::/16", v6)).isTrue();
    assertThat(matches("node.ip == 10.0.0.0/8", v6)).isFalse();
    assertThat(matches("node.ip == 10.0.0.0/8", without)).isFalse();
    assertThat(matches("node.ip != 10.0.0.0/8", without)).isTrue();
  }

  @Test
  void c8_5_aValueThatIsNeitherAddressNorBlockNeverMatches() {
    for (String value :
        List.of(
            "web-1",
            "localhost",
            "10.0.0.0/33",
            "10.0.0",
            "1.2.3.256",
            "010.9.8.7",
            "1:2",
            "10.0.0.0/x")) {
      assertThat(matches("node.ip == " + value, NODE)).as(value).isFalse();
      assertThat(matches("node.ip != " + value, NODE)).as(value).isFalse();
    }
  }

  @Test
  void c8_6_thePlatformIsComparedAsReported() {
    assertThat(matches("node.platform.arch == amd64", NODE)).isFalse();
    assertThat(matches("node.platform.arch == X86_64", NODE)).isTrue();
    assertThat(matches("node.platform.os == linux", NODE)).isTrue();
    assertThat(matches("node.platform.os != linux", Node.of("n", NodeSpec.worker()))).isTrue();
  }

  @Test
  void c8_7_anUnknownKeyNeverMatches() {
    for (String key :
        List.of("node.cpu", "node.labels", "node.labels.", "engine.labels.", "service.name")) {
      assertThat(matches(key + " == 4", NODE)).as(key).isFalse();
      assertThat(matches(key + " != 4", NODE)).as(key).isFalse();
    }
  }

  @Test
  void c8_8_theRoleIsTheObservedOne() {
    Node demoted = NODE.withRole(NodeRole.MANAGER);

    assertThat(demoted.spec().desiredRole()).isEqualTo(NodeRole.WORKER);
    assertThat(matches("node.role == manager", demoted)).isTrue();
    assertThat(matches("node.role == manager", demoted.withRole(NodeRole.WORKER))).isFalse();
  }

  @Test
  void c8_9_aListIsAnAnd() {
    assertThat(Constraint.allMatch(List.of(), NODE)).isTrue();
    assertThat(Constraint.allMatch(List.of("node.role == worker", "node.id == node-i"), NODE))
        .isTrue();
    assertThat(Constraint.allMatch(List.of("node.role == worker", "node.id == other"), NODE))
        .isFalse();
  }

  @Test
  void c8_10_aKeyHasAtLeastTwoCharacters() {
    assertMalformed("a==b", "key");
    assertThat(Constraint.parse("ab==b")).hasToString("ab == b");
  }

  @Test
  void labelsOfTheEngineAreCompared() {
    Node node =
        NODE.withDescription(
            NODE.description()
                .withEngine(new EngineDescription("1", Map.of("disk", "ssd"), List.of())));

    assertThat(matches("engine.labels.disk == SSD", node)).isTrue();
    assertThat(matches("engine.labels.disk != ssd", node)).isFalse();
  }

  private static boolean matches(String constraint, Node node) {
    return Constraint.parse(constraint).matches(node);
  }

  private static void assertMalformed(String constraint, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Constraint.parse(constraint))
        .withMessageContaining("\"" + constraint + "\"")
        .withMessageContaining(why)
        .withMessageContaining("write it as");
  }

  private static Node node(NodeSpec spec) {
    return Node.of("node-i", spec)
        .withDescription(
            NodeDescription.of("web-1", new Platform("linux", "x86_64"), NodeResources.NONE))
        .withStatus(new NodeStatus(NodeState.READY, "", "10.9.8.7"));
  }
}
