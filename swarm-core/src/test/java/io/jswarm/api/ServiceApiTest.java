// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.AlreadyExistsException;
import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import io.jswarm.NotFoundException;
import io.jswarm.Reply;
import io.jswarm.UnimplementedException;
import io.jswarm.VersionConflictException;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.Defaults;
import io.jswarm.model.EndpointMode;
import io.jswarm.model.FileTarget;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.RestartPolicy;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.UpdateConfig;
import io.jswarm.model.UpdateState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Creating, changing and finding services (S1.4, S1.5, S12.2, S12.3). */
class ServiceApiTest extends ApiTest {
  private static ServiceSpecBuilder named(String name) {
    return ServiceSpec.replicated(name, 1).image("app:1");
  }

  private Reply<Service> creating(ServiceSpecBuilder spec) {
    return swarm.services().create(spec.build());
  }

  @Test
  void c1_1_namesAreUniqueWithoutRegardToCase() {
    create(named("web"));

    Throwable error = failure(creating(named("WEB")));

    assertThat(error).isInstanceOf(AlreadyExistsException.class).hasMessageContaining("web");
    assertThat(swarm.services().list(Filter.all()).await()).hasSize(1);
  }

  @Test
  void c1_6_anIngressPortIsTakenForHostPortsToo() {
    create(named("a").publish(80, 8080));

    assertThat(violations(creating(named("b").publishHost(80, 8080))))
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.path()).isEqualTo("endpoint.ports[0]");
              assertThat(violation.message()).contains("80", "service a", "ingress");
            });
  }

  @Test
  void c1_6_aHostPortIsTakenForIngressPorts() {
    create(named("a").publishHost(80, 8080));

    assertThat(violations(creating(named("b").publish(80, 8080))))
        .singleElement()
        .satisfies(violation -> assertThat(violation.message()).contains("80", "host port"));
  }

  @Test
  void c1_6_twoServicesMayHaveTheSameHostPort() {
    create(named("a").publishHost(80, 8080));

    assertThat(create(named("b").publishHost(80, 8080)).name()).isEqualTo("b");
  }

  @Test
  void c1_6_theSameNumberOfAnotherProtocolIsFree() {
    create(named("a").publish(80, 8080));

    PortConfig udp = PortConfig.ingress(80, 8080).withProtocol(Protocol.UDP);

    assertThat(create(named("b").publish(udp)).name()).isEqualTo("b");
  }

  @Test
  void c1_6_aServiceDoesNotConflictWithItself() {
    create(named("a").publish(80, 8080));

    Service updated =
        swarm.services().update("a", spec -> spec.toBuilder().publish(81, 8081).build()).await();

    assertThat(updated.spec().endpoint().ports()).hasSize(2);
  }

  @Test
  void c1_6_portsAreNotComparedWhenTheEndpointStays() {
    create(named("a").publishHost(80, 8080));
    create(named("b").publishHost(80, 8080));

    Service updated =
        swarm.services().update("a", spec -> spec.toBuilder().image("app:2").build()).await();

    assertThat(image(updated)).isEqualTo("app:2");
  }

  @Test
  void c1_7_allocatedPortsCount() {
    Service a = create(named("a").publish(0, 8080));
    int given = service("a").endpoint().ports().get(0).publishedPort();

    List<Violation> violations = violations(creating(named("b").publish(given, 8080)));

    assertThat(a.spec().endpoint().ports().get(0).publishedPort()).isZero();
    assertThat(given).isEqualTo(30_000);
    assertThat(violations).singleElement().asString().contains("30000", "service a");
  }

  @Test
  void c1_8_anUpdateFromAnOldVersionIsRefusedAndChangesNothing() {
    Service service = create(named("web"));
    ServiceSpec next = service.spec().toBuilder().image("app:2").build();
    long version = service("web").meta().version();

    Throwable error = failure(swarm.services().update("web", version - 1, next));

    assertThat(error)
        .isInstanceOf(VersionConflictException.class)
        .hasMessageContaining("update out of sequence");
    assertThat(service("web").spec()).isEqualTo(service.spec());
    assertThat(service("web").meta().version()).isEqualTo(version);
  }

  @Test
  void c1_8_anUpdateFromThePresentVersionKeepsTheOldSpec() {
    Service service = create(named("web"));
    ServiceSpec next = service.spec().toBuilder().image("app:2").build();

    Service updated = swarm.services().update("web", service("web").meta().version(), next).await();

    assertThat(updated.spec()).isEqualTo(next);
    assertThat(updated.previousSpec()).isEqualTo(service.spec());
    assertThat(updated.previousSpecVersion()).isEqualTo(service.specVersion());
  }

  @Test
  void c1_9_theModeCannotChange() {
    create(named("web"));
    ServiceSpec global = ServiceSpec.global("web").image("app:1").build();

    Throwable error =
        failure(swarm.services().update("web", service("web").meta().version(), global));

    assertThat(error).isInstanceOf(UnimplementedException.class);
    assertThat(service("web").spec().mode()).isEqualTo(new ServiceMode.Replicated(1));
  }

  @Test
  void c1_9_aRenameIsRefused() {
    create(named("web"));

    Throwable error =
        failure(swarm.services().update("web", spec -> spec.toBuilder().name("other").build()));

    assertThat(error).isInstanceOf(UnimplementedException.class).hasMessageContaining("renamed");
  }

  @Test
  void c1_9_scalingReplacesNoTask() {
    worker("w1");
    run(web(3));
    List<String> before = running("web").stream().map(Task::id).toList();

    swarm.services().scale("web", 5).await();
    converge("web");

    assertThat(running("web")).extracting(Task::id).hasSize(5).containsAll(before);
  }

  @Test
  void c1_10_withoutAnUpdateThereIsNothingToRollBackTo() {
    create(named("web"));

    assertThat(failure(swarm.services().rollback("web")))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("no previous spec");
  }

  @Test
  void c1_11_aSecondRollbackReturns() {
    create(named("web"));
    swarm.services().update("web", spec -> spec.toBuilder().image("app:2").build()).await();

    Service first = swarm.services().rollback("web").await();
    Service second = swarm.services().rollback("web").await();

    assertThat(image(first)).isEqualTo("app:1");
    assertThat(image(second)).isEqualTo("app:2");
    for (Service service : List.of(first, second)) {
      assertThat(Objects.requireNonNull(service.updateStatus()).state())
          .isEqualTo(UpdateState.ROLLBACK_STARTED);
      assertThat(service.updateStatus().message()).contains("manually requested");
    }
  }

  @Test
  void aRollbackToAPortSomebodyElseHasTakenIsRefused() {
    create(named("a").publish(80, 8080));
    swarm.services().update("a", spec -> spec.toBuilder().ports(List.of()).build()).await();
    create(named("b").publish(80, 8080));

    Throwable error = failure(swarm.services().rollback("a"));

    assertThat(error).isInstanceOf(InvalidSpecException.class).hasMessageContaining("service b");
    assertThat(service("a").spec().endpoint().ports()).isEmpty();
  }

  @Test
  void s1_4_9_allReferencesThatLeadNowhereAreNamed() {
    Secret secret = swarm.secrets().create(SecretSpec.of("key", "1")).await();
    Config config = swarm.configs().create(ConfigSpec.of("conf", "1")).await();
    ServiceSpecBuilder spec =
        named("web")
            .secret(secret)
            .secret(new SecretReference(secret.id(), "other", FileTarget.named("other")))
            .secret(new SecretReference("gone", "key2", FileTarget.named("key2")))
            .config(config)
            .config(new ConfigReference("gone", "conf2", FileTarget.named("conf2")));

    assertThat(violations(creating(spec)))
        .extracting(Violation::path)
        .containsExactly(
            "task.runtime.secrets[1]", "task.runtime.secrets[2]", "task.runtime.configs[1]");
  }

  @Test
  void s1_4_13_theIngressNetworkCannotBeAttached() {
    List<Violation> violations = violations(creating(named("web").network("Ingress")));

    assertThat(violations)
        .singleElement()
        .satisfies(violation -> assertThat(violation.path()).isEqualTo("task.networks[0]"));
  }

  @Test
  void s1_4_13_anUnknownNetworkIsWaitedFor() {
    worker("w1");
    create(named("web").network("later"));

    assertThat(swarm.tasks().list(Filter.all()).await())
        .singleElement()
        .satisfies(task -> assertThat(task.status().error()).contains("later"));
  }

  @Test
  void s1_4_14_anIngressPortNeedsAnIngressNetwork() {
    swarm.networks().remove("ingress").await();

    assertThat(failure(creating(named("web").publish(80, 8080))))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("ingress network");
    assertThat(create(named("other").publishHost(80, 8080)).name()).isEqualTo("other");
  }

  @Test
  void badInputChangesNothingAndNamesEverythingThatIsWrong() {
    ServiceSpec bad =
        named("web")
            .name("-web")
            .replicas(-1)
            .constraint("node.role is manager")
            .endpointMode(EndpointMode.DNSRR)
            .publish(80, 8080)
            .buildUnchecked();

    List<Violation> violations = violations(swarm.services().create(bad));

    assertThat(violations)
        .extracting(Violation::path)
        .contains("name", "mode.replicas", "task.placement.constraints[0]")
        .anyMatch(path -> path.startsWith("endpoint"));
    assertThat(swarm.services().list(Filter.all()).await()).isEmpty();
  }

  @Test
  void badUpdatesChangeNothing() {
    Service service = create(named("web"));

    assertThat(failure(swarm.services().scale("web", -1)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("replicas");
    assertThat(
            failure(
                swarm
                    .services()
                    .update(
                        "web",
                        spec -> {
                          throw new IllegalStateException("no idea");
                        })))
        .hasMessage("no idea");
    assertThat(service("web").spec()).isEqualTo(service.spec());
  }

  @Test
  void changesThatOthersMakeAtTheSameTimeAreAllKept() {
    create(named("web"));

    List<Reply<Service>> replies = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String key = "k" + i;
      replies.add(swarm.services().update("web", spec -> spec.toBuilder().label(key, "x").build()));
    }
    replies.forEach(Reply::await);

    assertThat(service("web").spec().labels()).hasSize(50);
  }

  @Test
  void c12_3_valuesOfOneFilterAreAlternativesDifferentFiltersMustAllHold() {
    create(named("a").label("x", "1"));
    create(named("b"));
    create(named("c").label("x", "1"));

    Filter filter = Filter.all().name("a").name("b").label("x");

    assertThat(swarm.services().list(filter).await())
        .extracting(Service::name)
        .containsExactly("a");
  }

  @Test
  void aListKnowsOnlyItsOwnFilters() {
    assertThat(failure(swarm.services().list(Filter.all().role("worker"))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("does not apply to services")
        .hasMessageContaining("[id, label, mode, name]");
    assertThat(failure(swarm.nodes().list(Filter.all().service("web"))))
        .isInstanceOf(InvalidSpecException.class);
    assertThat(failure(swarm.tasks().list(Filter.all().mode("global"))))
        .isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void c12_5_defaultsAreShownAndNotStored() {
    Service service = create(named("web"));

    ServiceSpec shown = Defaults.insert(service("web").spec());

    RestartPolicy restart = Objects.requireNonNull(shown.task().restart());
    UpdateConfig update = Objects.requireNonNull(shown.update());
    assertThat(restart.condition()).isEqualTo(RestartCondition.ANY);
    assertThat(restart.delay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(update.parallelism()).isEqualTo(1);
    assertThat(update.monitor()).isEqualTo(Duration.ofSeconds(5));
    assertThat(service("web").spec()).isEqualTo(service.spec());
    assertThat(service("web").spec().update()).isNull();
  }

  @Test
  void c12_6_countsTellWhatIsAndWhatShouldBe() {
    worker("w1");
    run(web(2));
    hosts.get("w1").failNextPrepare("no such image", false);
    swarm.services().scale("web", 3).await();

    assertThat(swarm.services().counts("web").await()).isEqualTo(new ServiceCounts(3, 2, 0));
  }

  /** Where the original answers zeros, a typed error tells more. */
  @Test
  void c12_6_countsOfAnUnknownServiceAreAnError() {
    assertThat(failure(swarm.services().counts("nobody"))).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aServiceIsFoundByIdByNameAndByAPrefixOfItsId() {
    Service web = create(named("web"));

    assertThat(service(web.id()).id()).isEqualTo(web.id());
    assertThat(service("WEB").id()).isEqualTo(web.id());
    assertThat(service(web.id().substring(0, 20)).id()).isEqualTo(web.id());
  }

  @Test
  void aPrefixThatFitsSeveralIsAmbiguous() {
    // 37 ids share a first character at least once.
    List<String> ids = new ArrayList<>();
    String shared = "";
    for (int i = 0; shared.isEmpty(); i++) {
      String first = create(named("s" + i)).id().substring(0, 1);
      if (ids.contains(first)) {
        shared = first;
      }
      ids.add(first);
    }

    assertThat(failure(swarm.services().inspect(shared)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("ambiguous")
        .hasMessageContaining("fits 2");
  }

  @Test
  void whatDoesNotExistIsNotFound() {
    assertThat(failure(swarm.services().inspect("nobody")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("service nobody does not exist");
    assertThat(failure(swarm.services().inspect(" "))).isInstanceOf(InvalidSpecException.class);
    assertThat(failure(swarm.services().remove("nobody"))).isInstanceOf(NotFoundException.class);
    assertThat(failure(swarm.services().awaitConverged("nobody", MINUTE)))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> swarm.services().logs("nobody", LogQuery.all(line -> {})))
        .isInstanceOf(NotFoundException.class);
    assertThat(failure(swarm.tasks().list(Filter.all().service("nobody"))))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void theTasksOfARemovedServiceAreFoundByItsIdUntilTheyAreGone() {
    worker("w1");
    hosts.get("w1").program(task -> task.onSignal(signal -> {}));
    Service web = run(web(2));

    swarm.services().remove("web").await();

    assertThat(running(web.id())).hasSize(2);
    world.runFor(MINUTE);
    assertThat(failure(swarm.tasks().list(Filter.all().service(web.id()))))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void servicesOfOtherModesAreNotImplementedYet() {
    ServiceSpec global = ServiceSpec.global("g").image("app:1").build();

    assertThat(failure(swarm.services().create(global))).isInstanceOf(UnimplementedException.class);
  }
}
