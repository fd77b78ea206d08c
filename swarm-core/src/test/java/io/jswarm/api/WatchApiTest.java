// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.Swarm;
import io.jswarm.model.Kind;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.Commit;
import io.jswarm.store.StoreEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Following the cluster (S12.7). */
class WatchApiTest extends ApiTest {
  private final List<StoreObject> snapshot = new ArrayList<>();
  private final List<Commit> commits = new ArrayList<>();

  private Swarm.Subscription watch(Kind... kinds) {
    return swarm.watch(
        Set.of(kinds),
        new ClusterListener() {
          @Override
          public void onSnapshot(long version, List<StoreObject> objects) {
            assertThat(commits).isEmpty();
            snapshot.addAll(objects);
          }

          @Override
          public void onCommit(Commit commit) {
            commits.add(commit);
          }
        });
  }

  private List<StoreEvent> events() {
    return commits.stream().flatMap(commit -> commit.events().stream()).toList();
  }

  @Test
  void c12_9_updatesComeWithOldAndNewOneMessagePerCommit() {
    worker("w1", host -> host.prepareTime(Duration.ofSeconds(1), Duration.ofSeconds(1)));
    watch(Kind.TASK);

    run(web(2));
    world.settle();

    assertThat(commits).extracting(Commit::version).doesNotHaveDuplicates().isSorted();
    // Both tasks were created, allocated and placed by the commit that created the service.
    assertThat(commits.get(0).events())
        .hasSize(2)
        .allMatch(event -> event instanceof StoreEvent.Created)
        .allMatch(event -> ((Task) event.object()).state() == TaskState.ASSIGNED);
    assertThat(events().subList(2, events().size()))
        .isNotEmpty()
        .allSatisfy(
            event -> {
              Task old = (Task) ((StoreEvent.Updated) event).old();
              Task now = (Task) event.object();
              assertThat(old.id()).isEqualTo(now.id());
              assertThat(old.state()).isLessThanOrEqualTo(now.state());
              assertThat(old.meta().version()).isLessThan(now.meta().version());
            });
  }

  @Test
  void c12_9_aWatchBeginsWithWhatThereIs() {
    create(web(1));

    watch(Kind.SERVICE, Kind.TASK);
    world.settle();
    create(web(1).name("other"));
    world.settle();

    assertThat(snapshot).hasSize(2).extracting(StoreObject::kind).contains(Kind.SERVICE, Kind.TASK);
    assertThat(events()).extracting(StoreEvent::kind).containsOnly(Kind.SERVICE, Kind.TASK);
    assertThat(events()).extracting(event -> event.object().name()).contains("other");
  }

  @Test
  void valuesOfSecretsAreLeftOut() {
    swarm.secrets().create(SecretSpec.of("s1", "x")).await();
    watch();
    world.settle();
    Secret second = swarm.secrets().create(SecretSpec.of("s2", "x")).await();
    swarm
        .secrets()
        .update("s2", second.meta().version(), second.spec().toBuilder().label("a", "1").build())
        .await();
    swarm.secrets().remove("s2").await();
    world.settle();

    List<StoreObject> seen = new ArrayList<>(snapshot);
    for (StoreEvent event : events()) {
      seen.add(event.object());
      if (event instanceof StoreEvent.Updated updated) {
        seen.add(updated.old());
      }
    }
    assertThat(seen.stream().filter(Secret.class::isInstance).map(Secret.class::cast))
        .hasSizeGreaterThanOrEqualTo(5)
        .allMatch(secret -> secret.spec().data().isEmpty());
  }

  @Test
  void aClosedWatchHearsNothing() {
    Swarm.Subscription watch = watch();
    world.settle();

    watch.close();
    watch.close();
    create(web(1));
    world.settle();

    assertThat(commits).isEmpty();
  }
}
