// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Machines as network namespaces, each with an address of its own; takes away what it made. The
 * bridge between them has a namespace too: on that of the computer, its packet filter would apply,
 * and Docker's drops what it does not know. Without root, or with {@code -Dsix.loopback=true},
 * machines are addresses of the loopback network.
 */
final class Namespaces implements AutoCloseable {
  private static final int BRIDGE = 0;

  private final String prefix = "js" + ProcessHandle.current().pid() % 100_000;
  private final int subnet = 1 + (int) (ProcessHandle.current().pid() % 250);
  private final boolean isolated;
  private final Deque<String> made = new ArrayDeque<>();
  private final Thread hook = new Thread(this::remove);

  Namespaces() {
    Runtime.getRuntime().addShutdownHook(hook);
    isolated = !Boolean.getBoolean("six.loopback") && makeBridge();
    if (!isolated) {
      System.out.println(
          "no network namespaces: using loopback addresses, and stopping a process instead of"
              + " cutting it off");
    }
  }

  private boolean makeBridge() {
    try {
      addNamespace(BRIDGE);
      inside(BRIDGE, "ip", "link", "add", "bridge", "type", "bridge");
      inside(BRIDGE, "ip", "link", "set", "bridge", "up");
      return true;
    } catch (IllegalStateException | UncheckedIOException e) {
      System.out.println(e.getMessage());
      remove();
      return false;
    }
  }

  private void addNamespace(int number) {
    run("ip", "netns", "add", name(number));
    made.push(name(number));
  }

  /** Whether there are namespaces. */
  boolean isIsolated() {
    return isolated;
  }

  /** Adds a machine and returns its address. */
  String add(int number) {
    if (isolated) {
      addNamespace(number);
      String outside = "to" + number;
      inside(
          number,
          "ip",
          "link",
          "add",
          "eth0",
          "type",
          "veth",
          "peer",
          "name",
          outside,
          "netns",
          name(BRIDGE));
      inside(BRIDGE, "ip", "link", "set", outside, "master", "bridge", "up");
      inside(number, "ip", "address", "add", address(number) + "/24", "dev", "eth0");
      inside(number, "ip", "link", "set", "eth0", "up");
      inside(number, "ip", "link", "set", "lo", "up");
    }
    return address(number);
  }

  String address(int number) {
    return (isolated ? "10.231." : "127.231.") + subnet + "." + number;
  }

  private String name(int number) {
    return prefix + "n" + number;
  }

  /** The command that runs another one on a machine. */
  List<String> at(int number, List<String> command) {
    if (made.isEmpty()) {
      return command;
    }
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name(number)));
    whole.addAll(command);
    return whole;
  }

  private void inside(int number, String... command) {
    run(at(number, List.of(command)).toArray(String[]::new));
  }

  /** Drops all that comes to a machine and goes from it, silently. */
  void cutOff(int number) {
    inside(number, "iptables", "-A", "INPUT", "-i", "eth0", "-j", "DROP");
    inside(number, "iptables", "-A", "OUTPUT", "-o", "eth0", "-j", "DROP");
  }

  void heal(int number) {
    inside(number, "iptables", "-F");
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is in a namespace goes with it. */
  private synchronized void remove() {
    while (!made.isEmpty()) {
      try {
        run("ip", "netns", "delete", made.pop());
      } catch (IllegalStateException | UncheckedIOException e) {
        System.out.println(e.getMessage()); // and go on with the others
      }
    }
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
