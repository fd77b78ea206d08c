// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import com.google.common.base.Splitter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IP address or CIDR block, read without ever asking a name server.
 *
 * <p>Thread-safety: immutable.
 */
final class IpRange {
  /** Without leading zeros, which some read as octal. */
  private static final Pattern V4 =
      Pattern.compile("(?:0|[1-9][0-9]{0,2})(?:\\.(?:0|[1-9][0-9]{0,2})){3}");

  private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

  private final byte[] address;
  private final int prefixLength;

  private IpRange(byte[] address, int prefixLength) {
    this.address = address;
    this.prefixLength = prefixLength;
  }

  /** Reads an address or a block; null if the text is neither. */
  static @Nullable IpRange parse(String text) {
    int slash = text.indexOf('/');
    if (slash >= 0) {
      return parseCidr(text);
    }
    byte[] address = address(text);
    return address == null ? null : new IpRange(address, address.length * 8);
  }

  /** Reads {@code address/prefix}; null if the text is something else. */
  static @Nullable IpRange parseCidr(String text) {
    int slash = text.indexOf('/');
    String prefix = slash < 0 ? "" : text.substring(slash + 1);
    byte[] address = slash < 0 ? null : address(text.substring(0, slash));
    if (address == null || !prefix.matches("[0-9]{1,3}")) {
      return null;
    }
    int length = Integer.parseInt(prefix);
    return length > address.length * 8 ? null : new IpRange(address, length);
  }

  /** Whether the text is an address inside this; false for anything that is not an address. */
  boolean contains(String text) {
    byte[] other = address(text);
    return other != null && contains(other);
  }

  /** Whether the whole of the other block lies inside this. */
  boolean contains(IpRange other) {
    return other.prefixLength >= prefixLength && contains(other.address);
  }

  private boolean contains(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < prefixLength; bit += 8) {
      int mask = 0xff << Math.max(0, 8 - (prefixLength - bit)) & 0xff;
      if (((address[bit / 8] ^ other[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte @Nullable [] address(String text) {
    if (text.indexOf(':') < 0) {
      return fourBytes(text);
    }
    if (!V6.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(text).getAddress(); // a text with a colon is never looked up
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static byte @Nullable [] fourBytes(String text) {
    if (!V4.matcher(text).matches()) {
      return null;
    }
    byte[] bytes = new byte[4];
    List<String> parts = Splitter.on('.').splitToList(text);
    for (int i = 0; i < bytes.length; i++) {
      int part = Integer.parseInt(parts.get(i));
      if (part > 255) {
        return null;
      }
      bytes[i] = (byte) part;
    }
    return bytes;
  }
}
