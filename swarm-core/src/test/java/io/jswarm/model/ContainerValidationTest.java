// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.InvalidSpecException.Violation;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ContainerValidationTest {
  @Test
  void anImageReferenceIsRequiredAndMustParse() {
    String digest = "@sha256:" + "0a".repeat(32);
    for (String valid :
        List.of(
            "nginx",
            "nginx:1.27",
            "library/nginx",
            "localhost:5000/team/app",
            "registry.example.com/team/app:v1" + digest,
            "Host/app",
            "[2001:db8::1]:5000/app",
            "a__b-c.d/e" + digest)) {
      assertThat(paths(c -> c.image(valid))).as(valid).isEmpty();
    }
    for (String invalid :
        List.of(
            "",
            " ",
            "Nginx",
            "nginx:",
            "nginx:-a",
            "a//b",
            "-nginx",
            "nginx@sha256:12",
            "https://host/app",
            "a".repeat(64),
            "nginx:" + "t".repeat(129))) {
      assertThat(paths(c -> c.image(invalid))).as(invalid).containsExactly("task.container.image");
    }
  }

  @Test
  void aHostileImageReferenceIsRefusedQuickly() {
    assertThat(paths(c -> c.image("a-".repeat(100_000) + "!")))
        .containsExactly("task.container.image");
  }

  @Test
  void c1_15_filesOfSecretsHaveDifferentNames() {
    SecretReference a = secret("a", "/run/x");
    SecretReference b = secret("b", "/run/x");

    List<Violation> clash = check(c -> c.secret(a).secret(b));

    assertThat(clash)
        .containsExactly(
            new Violation(
                "task.container.secrets[1].target.name",
                "secrets a and b have the same target /run/x"));
    assertThat(paths(c -> c.secret(secret("a", "x")).secret(secret("a", "y")))).isEmpty();
  }

  @Test
  void filesOfConfigsHaveDifferentNames() {
    FileTarget file = FileTarget.named("/etc/app");
    ConfigReference runtime = new ConfigReference("r", "r", new RuntimeTarget());

    assertThat(
            paths(
                c ->
                    c.config(new ConfigReference("a", "a", file))
                        .config(new ConfigReference("b", "b", file))
                        .config(runtime)
                        .config(runtime)))
        .containsExactly("task.container.configs[1].target.name");
  }

  @Test
  void referencesNeedIdNameAndTarget() {
    assertThat(paths(c -> c.secret(new SecretReference("", "", null))))
        .containsExactly(
            "task.container.secrets[0].id",
            "task.container.secrets[0].name",
            "task.container.secrets[0].target");
    assertThat(paths(c -> c.secret(secret("a", ""))))
        .containsExactly("task.container.secrets[0].target.name");
    assertThat(paths(c -> c.config(new ConfigReference("", "", null)))).hasSize(3);
  }

  @Test
  void aCredentialSpecConfigMustBeReferencedWithARuntimeTarget() {
    Consumer<ContainerSpec.Builder> credential =
        c ->
            c.privileges(
                new Privileges(
                    new Privileges.CredentialSpec(Privileges.CredentialSpec.Source.CONFIG, "id1"),
                    null,
                    Privileges.Seccomp.DEFAULT,
                    Privileges.AppArmor.DEFAULT,
                    false));
    ConfigReference runtime = new ConfigReference("id1", "spec", new RuntimeTarget());
    ConfigReference file = new ConfigReference("id1", "spec", FileTarget.named("/spec"));
    String path = "task.container.privileges.credentialSpec";

    assertThat(paths(credential)).containsExactly(path);
    assertThat(paths(credential.andThen(c -> c.config(file)))).containsExactly(path);
    assertThat(paths(credential.andThen(c -> c.config(runtime)))).isEmpty();
  }

  @Test
  void c1_18_targetsOfMountsAreComparedAfterExpansion() {
    Mount templated = Mount.volume("data", "/d/{{.Task.Slot}}");

    assertThat(paths(c -> c.mount(templated).mount(Mount.volume("other", "/d/1"))))
        .containsExactly("task.container.mounts[1].target");
    assertThat(paths(c -> c.mount(templated).mount(Mount.volume("other", "/d/2")))).isEmpty();
    assertThat(paths(c -> c.mount(Mount.volume("data", ""))))
        .containsExactly("task.container.mounts[0].target");
  }

  @Test
  void everyBrokenTemplateIsReported() {
    ServiceSpec spec =
        ServiceSpec.replicated("web", 1)
            .image("nginx")
            .label("zone", "east")
            .env("GOOD", "{{.Service.Labels.zone}}")
            .env("BAD", "{{.Service.Labels.rack}}")
            .container(c -> c.hostname("{{.Task.Slot"))
            .mount(Mount.bind("/srv/{{.Nope}}", "/srv"))
            .buildUnchecked();

    assertThat(SpecValidation.check(spec))
        .extracting(Violation::path)
        .containsExactlyInAnyOrder(
            "task.container.env[1]", "task.container.hostname", "task.container.mounts[0].source");
  }

  @Test
  void timesOfAHealthcheckAreZeroOrAtLeastAMillisecond() {
    Duration tooShort = Duration.ofNanos(999_999);
    Healthcheck check =
        Healthcheck.shell("true")
            .withInterval(tooShort)
            .withTimeout(tooShort)
            .withStart(tooShort, Duration.ofSeconds(-1))
            .withRetries(-1);

    assertThat(paths(c -> c.healthcheck(check)))
        .containsExactly(
            "task.container.healthcheck.interval",
            "task.container.healthcheck.timeout",
            "task.container.healthcheck.startPeriod",
            "task.container.healthcheck.startInterval",
            "task.container.healthcheck.retries");
    assertThat(
            paths(c -> c.healthcheck(Healthcheck.shell("true").withInterval(Duration.ofMillis(1)))))
        .isEmpty();
  }

  @Test
  void graceAndOomScoreAreInRange() {
    assertThat(paths(c -> c.stopGracePeriod(Duration.ofNanos(-1)).oomScoreAdj(1001)))
        .containsExactly("task.container.stopGracePeriod", "task.container.oomScoreAdj");
    assertThat(paths(c -> c.stopGracePeriod(Duration.ZERO).oomScoreAdj(-1000))).isEmpty();
  }

  private static SecretReference secret(String name, String file) {
    return new SecretReference("id-" + name, name, FileTarget.named(file));
  }

  private static List<Violation> check(Consumer<ContainerSpec.Builder> change) {
    return SpecValidation.check(
        ServiceSpec.replicated("web", 1).image("nginx").container(change).buildUnchecked());
  }

  private static List<String> paths(Consumer<ContainerSpec.Builder> change) {
    return check(change).stream().map(Violation::path).toList();
  }
}
