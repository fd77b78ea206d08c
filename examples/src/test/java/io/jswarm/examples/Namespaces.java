// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Machines as network namespaces on one bridge, each with an address of its own; takes away what it
 * made. Without root, or without them, machines are addresses of the loopback network.
 */
final class Namespaces implements AutoCloseable {
  private final String prefix = "js" + ProcessHandle.current().pid() % 100_000;
  private final int subnet = 1 + (int) (ProcessHandle.current().pid() % 250);
  private final boolean isolated;
  private final List<String> made = new ArrayList<>();
  private boolean removed;
  private final Thread hook = new Thread(this::remove);

  Namespaces() {
    Runtime.getRuntime().addShutdownHook(hook);
    boolean made = false;
    try {
      run("ip", "link", "add", bridge(), "type", "bridge");
      run("ip", "link", "set", bridge(), "up");
      made = true;
    } catch (IllegalStateException | UncheckedIOException e) {
      System.out.println(
          "no network namespaces here ("
              + e.getMessage()
              + "); using loopback addresses, and"
              + " stopping a process instead of cutting it off");
    }
    isolated = made;
  }

  /** Whether there are namespaces. */
  boolean isIsolated() {
    return isolated;
  }

  private String bridge() {
    return prefix + "br";
  }

  /** Adds a machine and returns its address. */
  String add(int number) {
    if (!isolated) {
      return address(number);
    }
    String name = name(number);
    String outside = prefix + "v" + number;
    run("ip", "netns", "add", name);
    made.add(name);
    run("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name);
    run("ip", "link", "set", outside, "master", bridge(), "up");
    inside(number, "ip", "address", "add", address(number) + "/24", "dev", "eth0");
    inside(number, "ip", "link", "set", "eth0", "up");
    inside(number, "ip", "link", "set", "lo", "up");
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
    if (!isolated) {
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

  private synchronized void remove() {
    for (String name : made) {
      run("ip", "netns", "delete", name);
    }
    made.clear();
    if (isolated && !removed) {
      removed = true;
      run("ip", "link", "delete", bridge());
    }
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
