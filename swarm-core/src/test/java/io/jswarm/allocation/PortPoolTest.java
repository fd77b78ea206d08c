// SPDX-License-Identifier: Apache-2.0
package io.jswarm.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.model.Protocol;
import org.junit.jupiter.api.Test;

class PortPoolTest {
  private final PortPool pool = new PortPool();

  @Test
  void dynamicPortsStartAtTheBeginningOfTheRange() {
    assertThat(pool.claimNext(Protocol.TCP, "a")).isEqualTo(30_000);
    assertThat(pool.claimNext(Protocol.TCP, "a")).isEqualTo(30_001);
    assertThat(pool.claimNext(Protocol.UDP, "a")).isEqualTo(30_000);
  }

  @Test
  void afterTheLastComesTheFirstThatIsFree() {
    pool.claim(Protocol.TCP, 30_000, "a");
    pool.resumeAfter(Protocol.TCP, PortPool.DYNAMIC_LAST);

    assertThat(pool.claimNext(Protocol.TCP, "b")).isEqualTo(30_001);
  }

  @Test
  void whenAllAreTakenThereIsNone() {
    for (int port = PortPool.DYNAMIC_FIRST; port <= PortPool.DYNAMIC_LAST; port++) {
      assertThat(pool.claimNext(Protocol.TCP, "a")).isEqualTo(port);
    }

    assertThat(pool.claimNext(Protocol.TCP, "a")).isZero();
    pool.release(Protocol.TCP, 31_234, "a");
    assertThat(pool.claimNext(Protocol.TCP, "b")).isEqualTo(31_234);
  }

  @Test
  void aPortHasOneOwner() {
    pool.claim(Protocol.TCP, 80, "a");
    pool.claim(Protocol.TCP, 80, "a");

    assertThatThrownBy(() -> pool.claim(Protocol.TCP, 80, "b")).hasMessageContaining("service a");
    assertThat(pool.owner(Protocol.TCP, 80)).isEqualTo("a");
  }

  @Test
  void onlyTheOwnerGivesAPortBack() {
    pool.claim(Protocol.TCP, 80, "a");

    pool.release(Protocol.TCP, 80, "b");
    assertThat(pool.owner(Protocol.TCP, 80)).isEqualTo("a");

    pool.release(Protocol.TCP, 80, "a");
    assertThat(pool.owner(Protocol.TCP, 80)).isNull();
  }

  @Test
  void portsOutsideTheDynamicRangeDoNotMoveIt() {
    pool.resumeAfter(Protocol.TCP, 40_000);

    assertThat(pool.claimNext(Protocol.TCP, "a")).isEqualTo(30_000);
  }
}
