// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.PublishMode;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a published port in either of Docker's forms. */
final class PublishedPort implements ITypeConverter<PortConfig> {
  @Override
  public PortConfig convert(String text) {
    try {
      return text.contains("=") ? named(text) : brief(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'" + text + "' is not a port such as 8080:80 or mode=host,published=8080,target=80");
    }
  }

  /** {@code [published:]target[/protocol]}. */
  private static PortConfig brief(String text) {
    String[] protocol = text.split("/", 2);
    String[] numbers = protocol[0].split(":", 2);
    int target = Integer.parseInt(numbers[numbers.length - 1]);
    int published = numbers.length == 1 ? 0 : Integer.parseInt(numbers[0]);
    PortConfig port = PortConfig.ingress(published, target);
    return protocol.length == 1 ? port : port.withProtocol(protocol(protocol[1]));
  }

  private static PortConfig named(String text) {
    PublishMode mode = PublishMode.INGRESS;
    Protocol protocol = Protocol.TCP;
    int target = 0;
    int published = 0;
    for (String field : text.split(",")) {
      String[] parts = field.split("=", 2);
      switch (parts.length == 2 ? parts[0] : "") {
        case "mode" -> mode = PublishMode.valueOf(parts[1].toUpperCase(Locale.ROOT));
        case "protocol" -> protocol = protocol(parts[1]);
        case "target" -> target = Integer.parseInt(parts[1]);
        case "published" -> published = Integer.parseInt(parts[1]);
        default -> throw new IllegalArgumentException(field);
      }
    }
    if (target == 0) {
      throw new IllegalArgumentException("no target");
    }
    return new PortConfig("", protocol, target, published, mode);
  }

  private static Protocol protocol(String text) {
    return Protocol.valueOf(text.toUpperCase(Locale.ROOT));
  }
}
