// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three managers and three workers as processes on six machines (network namespaces), driven by
 * commands alone, lose a leader, a worker, and a worker's network.
 */
class SixNodesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TASKS = 12;

  /** Tells a process's task, whatever the cluster believes. */
  private static final String TASK_ID = "SIX_NODES_TASK";

  /** Tells this run's tasks from other processes. */
  private final String program = "" + (1_000_000 + ProcessHandle.current().pid());

  private final Map<String, NodeMachine> machines = new TreeMap<>();
  private Namespaces network;
  private Path dir;

  @BeforeEach
  void prepare() throws IOException {
    dir = Files.createTempDirectory("js"); // short, for the sockets in it
    network = new Namespaces();
  }

  @AfterEach
  void removeAll() throws IOException {
    machines.values().forEach(NodeMachine::end);
    tasksOnThisComputer().forEach(ProcessHandle::destroyForcibly);
    network.close();
    MoreFiles.deleteRecursively(dir, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  private List<ProcessHandle> tasksOnThisComputer() {
    return ProcessHandle.allProcesses().filter(process -> isTask(process.info())).toList();
  }

  private boolean isTask(ProcessHandle.Info info) {
    return info.command().filter(command -> command.endsWith("sleep")).isPresent()
        && info.arguments().filter(words -> List.of(words).contains(program)).isPresent();
  }

  /** The tasks that really run, by id; doubles count. */
  private List<String> reallyRunning() {
    List<String> ids = new ArrayList<>();
    for (ProcessHandle process : tasksOnThisComputer()) {
      try {
        for (String entry :
            Files.readString(Path.of("/proc", "" + process.pid(), "environ")).split("\0")) {
          if (entry.startsWith(TASK_ID + "=")) {
            ids.add(entry.substring(TASK_ID.length() + 1));
          }
        }
      } catch (IOException e) {
        // It has ended meanwhile.
      }
    }
    ids.sort(null);
    return ids;
  }

  /** The tasks that a manager says run, by id, wanted or not. */
  private static List<String> saidToRun(NodeMachine at) {
    return table(at, "service", "ps", "app").stream()
        .filter(row -> row.get("CurrentState").asText().startsWith("Running "))
        .map(row -> row.get("ID").asText())
        .sorted()
        .toList();
  }

  /** What a manager knows, without ages and versions. */
  private static List<String> view(NodeMachine at) {
    List<String> view = new ArrayList<>();
    for (JsonNode row : table(at, "service", "ps", "app")) {
      String state = row.get("CurrentState").asText().split(" ")[0];
      view.add("task " + row.get("ID") + row.get("Name") + row.get("Node") + state);
    }
    table(at, "service", "ls").forEach(row -> view.add("service " + row));
    table(at, "node", "ls").forEach(row -> view.add("node " + row));
    return view;
  }

  private NodeMachine machine(String name) {
    NodeMachine machine = machines.get(name);
    assertThat(machine).as(name).isNotNull();
    return machine;
  }

  private void join(String name, int number, String role) {
    NodeMachine first = machine("m1");
    NodeMachine machine = new NodeMachine(network, dir, name, number);
    machines.put(name, machine);
    String token = first.ask("token", role, "--quiet");
    machine.begin(
        "join", "--name", name, "--listen", machine.address, "--token", token, first.address);
  }

  private static List<JsonNode> table(NodeMachine at, String... command) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("--no-trunc", "--format", "json"));
    return at.ask(words.toArray(String[]::new))
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(SixNodesIT::parse)
        .toList();
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(line, e);
    }
  }

  /** By node, the slots that run and are wanted to. */
  private static Map<String, List<String>> running(NodeMachine at) {
    Map<String, List<String>> running = new TreeMap<>();
    for (JsonNode row : table(at, "service", "ps", "app")) {
      if (row.get("DesiredState").asText().equals("Running")
          && row.get("CurrentState").asText().startsWith("Running ")) {
        running
            .computeIfAbsent(row.get("Node").asText(), node -> new ArrayList<>())
            .add(row.get("Name").asText().replace("\\_", "").strip());
      }
    }
    return running;
  }

  private static boolean allRun(Map<String, List<String>> running) {
    return running.values().stream().mapToInt(List::size).sum() == TASKS
        && running.values().stream().flatMap(List::stream).distinct().count() == TASKS;
  }

  private static String status(NodeMachine at, String node) {
    return column(at, node, "Status");
  }

  private static String column(NodeMachine at, String node, String column) {
    return table(at, "node", "ls").stream()
        .filter(row -> row.get("Hostname").asText().equals(node))
        .map(row -> row.get(column).asText())
        .findFirst()
        .orElse("");
  }

  private static String leader(NodeMachine at) {
    return table(at, "node", "ls").stream()
        .filter(row -> row.get("ManagerStatus").asText().equals("Leader"))
        .map(row -> row.get("Hostname").asText())
        .findFirst()
        .orElse("");
  }

  @Test
  void aClusterOfSixMachinesOutlivesALeaderAWorkerAndANetwork() {
    NodeMachine first = new NodeMachine(network, dir, "m1", 1);
    machines.put("m1", first);
    first.begin("init", "--name", "m1", "--listen", first.address);
    join("m2", 2, "manager");
    join("m3", 3, "manager");
    join("w1", 4, "worker");
    join("w2", 5, "worker");
    join("w3", 6, "worker");
    first.ask(
        "service",
        "create",
        "--name",
        "app",
        "--replicas",
        "" + TASKS,
        "--constraint",
        "node.role==worker",
        "--env",
        TASK_ID + "={{.Task.ID}}",
        "local",
        "sleep",
        program);
    assertThat(allRun(running(first))).isTrue();
    assertThat(tasksOnThisComputer()).hasSize(TASKS);

    NodeMachine survivor = killTheLeader();
    killAWorker(survivor);
    cutAWorkerOff(survivor);
    everybodyComesBack(survivor);
  }

  private NodeMachine killTheLeader() {
    String leader = leader(machine("m1"));
    NodeMachine survivor = machine(leader.equals("m2") ? "m3" : "m2");
    List<ProcessHandle> tasks = tasksOnThisComputer();

    machine(leader).kill();
    long millis =
        Waiting.until(
            "another leader",
            () -> {
              survivor.ask("node", "activate", "self");
              return true;
            });

    System.out.println("leader killed; the next command was obeyed within " + millis + " ms");
    Waiting.until("a leader to show", () -> !List.of("", leader).contains(leader(survivor)));
    assertThat(tasksOnThisComputer()).containsExactlyInAnyOrderElementsOf(tasks);
    assertThat(allRun(running(survivor))).isTrue();
    return survivor;
  }

  private void killAWorker(NodeMachine at) {
    machine("w1").kill();
    long millis =
        Waiting.until(
            "the tasks of w1 to run elsewhere",
            () -> !running(at).containsKey("w1") && allRun(running(at)));
    System.out.println("worker killed; its tasks ran elsewhere within " + millis + " ms");
    assertThat(status(at, "w1")).isEqualTo("Down");
  }

  private void cutAWorkerOff(NodeMachine at) {
    machine("w2").cutOff();
    long millis =
        Waiting.until(
            "the tasks of w2 to run elsewhere",
            () -> !running(at).containsKey("w2") && allRun(running(at)));
    System.out.println("worker cut off; its tasks ran elsewhere within " + millis + " ms");
    assertThat(status(at, "w2")).isEqualTo("Down");
    assertThat(tasksOnThisComputer())
        .as("w2 and what is left of w1 run on")
        .hasSizeGreaterThan(TASKS);
  }

  private void everybodyComesBack(NodeMachine at) {
    machine("w2").heal();
    machine("w1").begin("start");
    for (String name : List.of("m1", "m2", "m3")) {
      if (!name.equals(at.name) && !status(at, name).equals("Ready")) {
        machine(name).begin("start");
      }
    }
    for (String name : machines.keySet()) {
      Waiting.until(name + " to be ready", () -> status(at, name).equals("Ready"));
    }
    for (String name : List.of("m1", "m2", "m3")) {
      Waiting.until(
          name + " to be reachable",
          () -> List.of("Leader", "Reachable").contains(column(at, name, "ManagerStatus")));
    }

    Waiting.until(
        "the processes to be those of the tasks that run",
        () -> {
          List<String> running = saidToRun(at);
          return running.size() == TASKS && running.equals(reallyRunning());
        });
    assertThat(allRun(running(at))).as("each slot has one task that runs").isTrue();
    assertThat(table(at, "node", "ls")).hasSize(machines.size());
    for (String name : List.of("m1", "m2", "m3")) {
      Waiting.until(
          name + " to show what " + at.name + " shows", () -> view(machine(name)).equals(view(at)));
    }
  }
}
