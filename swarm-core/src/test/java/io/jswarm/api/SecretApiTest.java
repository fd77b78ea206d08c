// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.InvalidSpecException;
import io.jswarm.VersionConflictException;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.Payload;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Secrets and configs (S1.6, S12.2). */
class SecretApiTest extends ApiTest {
  private Secret secret(String name) {
    return swarm.secrets().create(SecretSpec.of(name, "value of " + name)).await();
  }

  @Test
  void c1_12_aSecretHasToBeSmallerThan512000Bytes() {
    Secret largest = swarm.secrets().create(SecretSpec.of("s1", new byte[511_999])).await();

    assertThat(largest.name()).isEqualTo("s1");
    assertThat(failure(swarm.secrets().create(SecretSpec.of("s2", new byte[512_000]))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("511999");
    assertThat(failure(swarm.secrets().create(SecretSpec.of("s3", new byte[0]))))
        .isInstanceOf(InvalidSpecException.class);
    assertThat(swarm.secrets().list(Filter.all()).await()).hasSize(1);
  }

  @Test
  void c1_12_aConfigHasToBeSmallerThan1024000Bytes() {
    Config largest = swarm.configs().create(ConfigSpec.of("c1", new byte[1_023_999])).await();

    assertThat(largest.name()).isEqualTo("c1");
    assertThat(failure(swarm.configs().create(ConfigSpec.of("c2", new byte[1_024_000]))))
        .isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void c1_13_aSecretInUseCannotBeRemoved() {
    Secret secret = secret("s");
    create(web(1).name("w").secret(secret));

    Throwable error = failure(swarm.secrets().remove("s"));
    swarm.services().remove("w").await();
    swarm.secrets().remove("s").await();

    assertThat(error).isInstanceOf(InvalidSpecException.class).hasMessageContaining("service w");
    assertThat(swarm.secrets().list(Filter.all()).await()).isEmpty();
  }

  @Test
  void c1_13_aConfigInUseCannotBeRemoved() {
    Config config = swarm.configs().create(ConfigSpec.of("c", "x")).await();
    create(web(1).name("w").config(config));

    Throwable error = failure(swarm.configs().remove("c"));
    swarm.services().remove("w").await();
    swarm.configs().remove("c").await();

    assertThat(error).isInstanceOf(InvalidSpecException.class).hasMessageContaining("service w");
  }

  @Test
  void s15_11_whatARollbackWouldNeedCannotBeRemoved() {
    Secret secret = secret("s");
    create(web(1).secret(secret));
    swarm.services().update("web", spec -> web(1).build()).await();

    assertThat(failure(swarm.secrets().remove("s")))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("web");
    assertThat(image(swarm.services().rollback("web").await())).isEqualTo("app:1");
  }

  @Test
  void c1_14_labelsCanChangeWithoutTheValue() {
    Secret secret =
        swarm
            .secrets()
            .create(SecretSpec.of("s", "value").toBuilder().label("a", "1").build())
            .await();
    SecretSpec relabelled =
        secret.spec().toBuilder().labels(Map.of("b", "2")).data(Payload.EMPTY).build();

    Secret updated = swarm.secrets().update("s", secret.meta().version(), relabelled).await();

    assertThat(updated.spec().labels()).isEqualTo(Map.of("b", "2"));
    assertThat(updated.spec().data().isEmpty()).isTrue();
    // The value was kept: giving it again is no change, giving another one is.
    SecretSpec same = relabelled.toBuilder().data(Payload.of("value")).build();
    SecretSpec other = relabelled.toBuilder().data(Payload.of("other")).build();
    Secret again = swarm.secrets().update("s", updated.meta().version(), same).await();
    assertThat(failure(swarm.secrets().update("s", again.meta().version(), other)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("only labels can change");
  }

  @Test
  void c1_14_labelsOfAConfigCanChangeAndItsDataIsReturned() {
    Config config = swarm.configs().create(ConfigSpec.of("c", "data")).await();
    ConfigSpec relabelled = config.spec().toBuilder().label("b", "2").build();

    Config updated = swarm.configs().update("c", config.meta().version(), relabelled).await();

    assertThat(updated.spec().labels()).isEqualTo(Map.of("b", "2"));
    assertThat(updated.spec().data().toUtf8()).isEqualTo("data");
  }

  @Test
  void anUpdateFromAnOldVersionIsRefused() {
    Secret secret = secret("s");
    long version = secret.meta().version();
    swarm.secrets().update("s", version, secret.spec().toBuilder().label("a", "1").build()).await();

    assertThat(failure(swarm.secrets().update("s", version, secret.spec())))
        .isInstanceOf(VersionConflictException.class);
  }

  @Test
  void valuesAreNeverReturned() {
    Secret created = secret("s");

    assertThat(created.spec().data().isEmpty()).isTrue();
    assertThat(swarm.secrets().inspect("s").await().spec().data().isEmpty()).isTrue();
    assertThat(swarm.secrets().list(Filter.all()).await())
        .allMatch(secret -> secret.spec().data().isEmpty());
    assertThat(swarm.secrets().remove("s").await().spec().data().isEmpty()).isTrue();
  }

  @Test
  void c12_4_aFittingNameOrAFittingIdIsEnough() {
    secret("prod-key");
    Secret other = secret("other");
    secret("third");

    Filter filter = Filter.all().name("p").id(other.id().substring(0, 20));

    assertThat(swarm.secrets().list(filter).await())
        .extracting(Secret::name)
        .containsExactlyInAnyOrder("prod-key", "other");
  }
}
