// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations and sizes as Docker's command line has them. */
final class Quantities {
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|us|h|m|s)");
  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)i?b?");
  private static final String PREFIXES = "kmgt";

  private Quantities() {}

  /** {@code 1h30m}, {@code 10s}, {@code 250ms}. */
  static final class OfDuration implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Matcher part = PART.matcher(text);
      double seconds = 0;
      int end = 0;
      while (part.find() && part.start() == end) {
        seconds += Double.parseDouble(part.group(1)) * secondsOf(part.group(2));
        end = part.end();
      }
      if (end == 0 || end != text.length()) {
        throw new TypeConversionException(
            "'" + text + "' is not a duration such as 1h30m, 10s or 250ms");
      }
      return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private static double secondsOf(String unit) {
      return switch (unit) {
        case "h" -> 3600;
        case "m" -> 60;
        case "ms" -> 1e-3;
        case "us" -> 1e-6;
        default -> 1;
      };
    }
  }

  /** {@code 64m}, {@code 1.5g}, {@code 1000}; in steps of 1024. */
  static final class OfBytes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
      if (!size.matches()) {
        throw new TypeConversionException("'" + text + "' is not a size such as 64m or 1.5g");
      }
      String prefix = size.group(2);
      int steps = prefix.isEmpty() ? 0 : PREFIXES.indexOf(prefix) + 1;
      return Math.round(Double.parseDouble(size.group(1)) * Math.pow(1024, steps));
    }
  }
}
