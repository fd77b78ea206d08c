// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Healthcheck;
import io.jswarm.model.PortConfig;
import io.jswarm.model.PublishMode;
import io.jswarm.model.Task;
import io.jswarm.spi.TaskAssignment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The body of {@code POST /containers/create} for a task. Written as JSON by the names of the
 * engine's API, because docker-java's model lacks several options of Swarm's. Absent stays absent,
 * so that the image's and the engine's defaults hold. Pure.
 */
final class ContainerRequest {
  static final String TASK = "com.docker.swarm.task";
  static final String TASK_ID = "com.docker.swarm.task.id";
  static final String TASK_NAME = "com.docker.swarm.task.name";
  static final String NODE_ID = "com.docker.swarm.node.id";
  static final String SERVICE_ID = "com.docker.swarm.service.id";
  static final String SERVICE_NAME = "com.docker.swarm.service.name";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ContainerRequest() {}

  /**
   * Maps a task.
   *
   * @param files what will be copied into the container
   * @throws TaskRuntimeException if a mount or file cannot be, naming it
   */
  static ObjectNode of(TaskAssignment assignment, ContainerFiles files) {
    ContainerSpec container = assignment.container();
    ObjectNode body = JSON.objectNode();
    body.put("Image", container.image());
    set(body, "Labels", labels(assignment));
    set(body, "Entrypoint", container.command());
    set(body, "Cmd", container.args());
    set(body, "Hostname", container.hostname());
    set(body, "Env", environment(assignment));
    set(body, "WorkingDir", container.dir());
    set(body, "User", container.user());
    set(body, "StopSignal", container.stopSignal());
    Duration grace = container.stopGracePeriod();
    if (grace != null) {
      // Only for who stops it by hand; the runtime keeps the grace by itself.
      body.put("StopTimeout", grace.toSeconds());
    }
    body.put("Tty", container.tty());
    body.put("OpenStdin", container.openStdin());
    set(body, "Healthcheck", healthcheck(container.healthcheck()));
    set(body, "ExposedPorts", exposedPorts(assignment.task()));
    ObjectNode host = HostSettings.of(assignment);
    set(host, "Mounts", MountRequest.of(container, files));
    set(host, "PortBindings", portBindings(assignment.task()));
    body.set("HostConfig", host);
    return body;
  }

  /** The user's, then ours, so that ours hold (S1.9). */
  static Map<String, String> labels(TaskAssignment assignment) {
    Task task = assignment.task();
    Map<String, String> labels = new TreeMap<>(assignment.container().labels());
    labels.put(TASK, "");
    labels.put(TASK_ID, task.id());
    labels.put(TASK_NAME, task.displayName());
    labels.put(NODE_ID, task.nodeId());
    labels.put(SERVICE_ID, task.serviceId());
    labels.put(SERVICE_NAME, task.serviceName());
    labels.putAll(assignment.labels());
    return labels;
  }

  /** The user's in their order, each name once; ours replace theirs. */
  private static List<String> environment(TaskAssignment assignment) {
    Map<String, String> byName = new LinkedHashMap<>();
    for (String variable : assignment.container().env()) {
      byName.put(variable.split("=", 2)[0], variable);
    }
    assignment.environment().forEach((name, value) -> byName.put(name, name + "=" + value));
    return new ArrayList<>(byName.values());
  }

  private static ObjectNode healthcheck(Healthcheck check) {
    ObjectNode json = JSON.objectNode();
    set(json, "Test", check.test());
    set(json, "Interval", check.interval().toNanos());
    set(json, "Timeout", check.timeout().toNanos());
    set(json, "Retries", check.retries());
    set(json, "StartPeriod", check.startPeriod().toNanos());
    set(json, "StartInterval", check.startInterval().toNanos());
    return json;
  }

  private static List<PortConfig> hostPorts(Task task) {
    return task.endpoint().ports().stream()
        .filter(port -> port.publishMode() == PublishMode.HOST)
        .toList();
  }

  private static ObjectNode exposedPorts(Task task) {
    ObjectNode ports = JSON.objectNode();
    hostPorts(task).forEach(port -> ports.set(portKey(port), JSON.objectNode()));
    return ports;
  }

  private static ObjectNode portBindings(Task task) {
    ObjectNode bindings = JSON.objectNode();
    for (PortConfig port : hostPorts(task)) {
      // An empty number is the engine's word for any free port.
      int number = port.publishedPort();
      bindings
          .withArrayProperty(portKey(port))
          .addObject()
          .put("HostPort", number == 0 ? "" : Integer.toString(number));
    }
    return bindings;
  }

  private static String portKey(PortConfig port) {
    return port.targetPort() + "/" + port.protocol().name().toLowerCase(Locale.ROOT);
  }

  static void set(ObjectNode json, String field, String text) {
    if (!text.isEmpty()) {
      json.put(field, text);
    }
  }

  static void set(ObjectNode json, String field, long number) {
    if (number != 0) {
      json.put(field, number);
    }
  }

  static void set(ObjectNode json, String field, List<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode array = json.putArray(field);
      texts.forEach(array::add);
    }
  }

  static void set(ObjectNode json, String field, Map<String, String> texts) {
    if (!texts.isEmpty()) {
      ObjectNode object = json.putObject(field);
      texts.forEach(object::put);
    }
  }

  static void set(ObjectNode json, String field, ArrayNode array) {
    if (!array.isEmpty()) {
      json.set(field, array);
    }
  }

  static void set(ObjectNode json, String field, ObjectNode object) {
    if (!object.isEmpty()) {
      json.set(field, object);
    }
  }
}
