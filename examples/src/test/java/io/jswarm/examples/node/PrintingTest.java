// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.PublishMode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** What is read from a command line, and how results are shown. */
class PrintingTest {
  private final StringWriter said = new StringWriter();
  private final PrintWriter out = new PrintWriter(said, true);

  @Test
  void columnsAreAsWideAsTheirWidestCellAndTenAtLeast() {
    Table table = new Table("ID", "NAME", "DESIRED STATE", "ERROR");
    table.row("1", "a-long-name", "Running", "");
    table.row("22", "b", "Shutdown", "boom");

    table.print(out, 0);

    assertThat(said.toString().lines())
        .containsExactly(
            "ID        NAME          DESIRED STATE   ERROR",
            "1         a-long-name   Running",
            "22        b             Shutdown        boom");
  }

  @Test
  void linesEndWhereTheTerminalDoes() {
    Table table = new Table("ID", "ERROR");
    table.row("1", "something long");

    table.print(out, 15);

    assertThat(said.toString().lines()).containsExactly("ID        ERROR", "1         somet");
  }

  @Test
  void jsonHasAnObjectALine() {
    Table table = new Table("ID", "NAME", "DESIRED STATE");
    table.row("1", " \\_ web.1", "say \"hi\"");

    table.printJson(out);

    assertThat(said.toString().lines())
        .containsExactly(
            "{\"ID\":\"1\",\"Name\":\"\\\\_ web.1\",\"DesiredState\":\"say \\\"hi\\\"\"}");
  }

  @Test
  void aRowHasACellForEachHead() {
    assertThatThrownBy(() -> new Table("ID", "NAME").row("1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 seconds",
    "1,1 second",
    "59,59 seconds",
    "60,1 minute",
    "3599,59 minutes",
    "3600,1 hour",
    "172799,47 hours",
    "172800,2 days",
    "-5,0 seconds"
  })
  void agesAreToldInOneUnit(long seconds, String text) {
    Instant then = Instant.parse("2026-01-01T00:00:00Z");

    assertThat(Age.of(then, then.plusSeconds(seconds))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"10s,10000", "250ms,250", "1h30m,5400000", "1.5s,1500", "1m0.5s,60500", "0s,0"})
  void durationsAreReadAsDockerReadsThem(String text, long millis) {
    assertThat(new Quantities.OfDuration().convert(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "s", "-1s", "1s ", "1s2", "1 s", "1d"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatThrownBy(() -> new Quantities.OfDuration().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("is not a duration such as 1h30m");
  }

  @ParameterizedTest
  @CsvSource({"1000,1000", "64m,67108864", "64MB,67108864", "1.5g,1610612736", "1KiB,1024", "0,0"})
  void sizesCountInStepsOf1024(String text, long bytes) {
    assertThat(new Quantities.OfBytes().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "m", "-1", "1x", "one"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> new Quantities.OfBytes().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @Test
  void portsAreReadInBothForms() {
    PublishedPort reader = new PublishedPort();

    assertThat(reader.convert("8080:80")).isEqualTo(PortConfig.ingress(8080, 80));
    assertThat(reader.convert("80")).isEqualTo(PortConfig.ingress(0, 80));
    assertThat(reader.convert("53:53/udp"))
        .isEqualTo(PortConfig.ingress(53, 53).withProtocol(Protocol.UDP));
    assertThat(reader.convert("mode=host,published=8080,target=80"))
        .isEqualTo(PortConfig.host(8080, 80));
    assertThat(reader.convert("target=80,protocol=udp"))
        .isEqualTo(new PortConfig("", Protocol.UDP, 80, 0, PublishMode.INGRESS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "http", "1:2:3", "80/ftp", "mode=host", "target=80,mode=x", "a=b", "target=x"})
  void whatIsNoPortIsRefused(String text) {
    assertThatThrownBy(() -> new PublishedPort().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("is not a port such as 8080:80");
  }
}
