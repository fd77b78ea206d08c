// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jswarm.InvalidSpecException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplatesTest {
  private static final NodeDescription HOST =
      NodeDescription.of("h", new Platform("linux", "arm64"), NodeResources.NONE);

  @Test
  void c1_19_valuesOfTheEnvironmentAreExpanded() {
    assertThat(env("{{.Task.Slot}}-{{.Node.Hostname}}", task(2))).isEqualTo("2-h");
  }

  @Test
  void c1_19_theSlotOfAGlobalTaskIsItsNode() {
    assertThat(env("{{.Task.Slot}}", task(0))).isEqualTo("node1");
  }

  @Test
  void c1_20_onlyTheValueOfAVariableIsExpanded() {
    ContainerSpec container =
        ContainerSpec.builder("nginx")
            .env(List.of("{{.Service.Name}}=x", "{{.Service.Name}}"))
            .build();

    assertThat(expand(container)).isSameAs(container);
  }

  @Test
  void everyKeyIsKnown() {
    String all =
        "{{.Service.ID}} {{.Service.Name}} {{.Service.Labels.com.example.tier}} {{.Node.ID}}"
            + " {{.Node.Platform.OS}} {{ .Node.Platform.Architecture }} {{.Task.ID}}"
            + " {{.Task.Name}}";

    assertThat(env(all, task(2))).isEqualTo("service1 web db node1 linux arm64 task1 web.2.task1");
  }

  @Test
  void joinPutsASeparatorBetweenItsArguments() {
    assertThat(env("{{join \",\" .Service.Name .Task.Slot}}", task(2))).isEqualTo("web,2");
    assertThat(env("{{join \"}} \\\" \" \"a\" .Task.Slot}}", task(2))).isEqualTo("a}} \" 2");
    assertThat(env("{{join \",\"}}", task(2))).isEmpty();
  }

  @Test
  void textOutsideActionsIsLeftAlone() {
    assertThat(env("{\"a\":{\"b\":\"{{.Task.Slot}}\"}}", task(2)))
        .isEqualTo("{\"a\":{\"b\":\"2\"}}");
    assertThat(env("a=b=$c \\ 'd'", task(2))).isEqualTo("a=b=$c \\ 'd'");
  }

  @Test
  void hostnameMountsAndVolumeOptionsAreExpanded() {
    Mount mount =
        Mount.volume("data-{{.Task.Slot}}", "/{{.Service.Name}}")
            .withVolume(
                new Mount.VolumeOptions(
                    true,
                    Map.of("{{.Task.ID}}", "{{.Task.ID}}"),
                    new Driver("{{.Task.ID}}", Map.of("size", "{{.Task.Slot}}")),
                    "sub"));
    ContainerSpec container =
        ContainerSpec.builder("nginx")
            .hostname("{{.Service.Name}}-{{.Task.Slot}}")
            .args("{{.Task.ID}}")
            .mount(mount)
            .build();

    ContainerSpec expanded = expand(container);

    assertThat(expanded.hostname()).isEqualTo("web-2");
    assertThat(expanded.args()).containsExactly("{{.Task.ID}}");
    assertThat(expanded.mounts())
        .containsExactly(
            Mount.volume("data-2", "/web")
                .withVolume(
                    new Mount.VolumeOptions(
                        true,
                        Map.of("{{.Task.ID}}", "task1"),
                        new Driver("{{.Task.ID}}", Map.of("size", "2")),
                        "sub")));
  }

  @Test
  void aBrokenTemplateIsAnErrorThatNamesItsField() {
    assertBroken("{{.Task.Slot", "never closed");
    assertBroken("x {{join \",\" \"a}}", "quote is never closed");
    assertBroken("{{}}", "empty");
    assertBroken("{{.Task}}", "unknown template key .Task");
    assertBroken("{{.Service.Labels.rack}}", "unknown template key .Service.Labels.rack");
    assertBroken("{{.Service.Labels.}}", "unknown");
    assertBroken("{{.task.slot}}", "unknown");
    assertBroken("{{upper .Task.ID}}", "only function is join");
    assertBroken("{{.Task.ID | upper}}", "only function is join");
    assertBroken("{{join}}", "separator");
    assertBroken("{{join \"\\x\"}}", "escape");
  }

  private static void assertBroken(String value, String why) {
    ContainerSpec container =
        ContainerSpec.builder("nginx").env("A", "fine").env("B", value).build();

    assertThatExceptionOfType(InvalidSpecException.class)
        .isThrownBy(() -> expand(container))
        .withMessageContaining("env[1]: ")
        .withMessageContaining(why);
  }

  private static ContainerSpec expand(ContainerSpec container) {
    return Templates.expand(container, TemplateContext.of(task(2), HOST));
  }

  private static String env(String value, Task task) {
    ContainerSpec container = ContainerSpec.builder("nginx").env("A", value).build();
    return Templates.expand(container, TemplateContext.of(task, HOST))
        .env()
        .get(0)
        .substring("A=".length());
  }

  private static Task task(int slot) {
    return Task.builder(
            "task1",
            TaskSpec.of(ContainerSpec.of("nginx")),
            TaskStatus.of(TaskState.ASSIGNED, Instant.EPOCH, ""),
            TaskState.RUNNING)
        .serviceId("service1")
        .serviceName("web")
        .serviceLabels(Map.of("com.example.tier", "db"))
        .slot(slot)
        .nodeId("node1")
        .build();
  }
}
