// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.UnimplementedException;
import io.jswarm.model.JobStatus;
import io.jswarm.model.NetworkAttachmentConfig;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.UpdateState;
import io.jswarm.model.UpdateStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an update makes of a service (S1.5). */
class ServiceUpdatesTest {
  private static final Instant CREATED = Instant.parse("2030-01-01T00:00:00Z");
  private static final Instant NOW = CREATED.plusSeconds(60);

  @Test
  void c1_17_anUpdateRunsAJobAgain() {
    ServiceSpec spec = ServiceSpec.replicatedJob("job", 1, 2).image("app:1").build();
    Service job = Service.of("id", spec).toBuilder().jobStatus(new JobStatus(0, CREATED)).build();

    Service updated = ServiceUpdates.updated(job, spec, 7, NOW);

    assertThat(updated.jobStatus()).isEqualTo(new JobStatus(1, NOW));
    assertThat(ServiceUpdates.rolledBack(updated, NOW).jobStatus())
        .isEqualTo(new JobStatus(2, NOW));
  }

  @Test
  void anUpdateEndsTheStatusOfTheOneBefore() {
    Service service =
        Service.of("id", ServiceSpec.replicated("web", 1).image("app:1").build()).toBuilder()
            .updateStatus(new UpdateStatus(UpdateState.PAUSED, CREATED, null, "stuck"))
            .build();

    Service updated = ServiceUpdates.updated(service, service.spec(), 7, NOW);

    assertThat(updated.updateStatus()).isNull();
    assertThat(updated.specVersion()).isEqualTo(7);
    assertThat(updated.jobStatus()).isNull();
  }

  @Test
  void theDeprecatedNetworksOfTheServiceCannotChangeAlone() {
    ServiceSpec spec = ServiceSpec.replicated("web", 1).image("app:1").build();
    ServiceSpec changed =
        new ServiceSpec(
            spec.name(),
            spec.labels(),
            spec.mode(),
            spec.task(),
            spec.update(),
            spec.rollback(),
            List.of(NetworkAttachmentConfig.to("net")),
            spec.endpoint());

    assertThatThrownBy(() -> ServiceUpdates.updated(Service.of("id", spec), changed, 7, NOW))
        .isInstanceOf(UnimplementedException.class)
        .hasMessageContaining("networks of the task");
  }
}
