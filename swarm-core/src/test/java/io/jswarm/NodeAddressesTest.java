// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.HostAndPort;
import io.jswarm.loop.Environment;
import io.jswarm.model.Payload;
import io.jswarm.security.NodeCredentials;
import io.jswarm.transport.grpc.GrpcTransport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where nodes listen, and what they tell others (CIS Docker Benchmark 7.3). */
class NodeAddressesTest {
  @TempDir private Path dir;

  private final Environment world = Environment.system();
  private final GrpcTransport transport =
      GrpcNodeNetwork.transport(world, NodeCredentials.of(world.time(), null, Payload.EMPTY));

  @AfterEach
  void close() {
    transport.close();
    world.close();
  }

  private NodeAddresses addresses(String listen, String advertise) {
    return new NodeAddresses(
        NodeDirectory.open(dir.resolve("n1")),
        listen == null ? null : HostAndPort.fromParts(listen, 0),
        advertise == null ? null : HostAndPort.fromString(advertise),
        List.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "0", "::", "::0", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0"})
  void cis_7_3_everyInterfaceIsListenedAtOnlyWithAnAddressForOthers(String everywhere) {
    assertThatThrownBy(() -> addresses(everywhere, null))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("advertise(…)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "0.0.0.0:2377", "[::]:2377"})
  void everyInterfaceIsNoAddressForOthers(String everywhere) {
    assertThatThrownBy(() -> addresses("127.0.0.1", everywhere))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("advertise(…)");
  }

  @Test
  void othersAreToldWhatIsAdvertisedWithThePortListenedAt() {
    NodeAddresses addresses = addresses("0.0.0.0", "127.0.0.2");

    addresses.bind(transport);

    assertThat(addresses.advertised()).matches("127\\.0\\.0\\.2:[1-9][0-9]*");
  }

  /** What is remembered is where to listen: without the rest others would be told 0.0.0.0. */
  @Test
  void cis_7_3_whatIsRememberedIsHeldToTheSameRule() {
    NodeDirectory directory = NodeDirectory.open(dir.resolve("n1"));
    HostAndPort everywhere = HostAndPort.fromParts("0.0.0.0", 0);
    HostAndPort here = HostAndPort.fromString("127.0.0.2");
    new NodeAddresses(directory, everywhere, here, List.of()).bind(transport);
    transport.unbind();

    NodeAddresses again = new NodeAddresses(directory, null, null, List.of());

    assertThatThrownBy(() -> again.bind(transport))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("advertise(…)");
    NodeAddresses told = new NodeAddresses(directory, null, here, List.of());
    told.bind(transport);
    assertThat(told.advertised()).startsWith("127.0.0.2:");
  }
}
