// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Endpoint;
import io.jswarm.model.GenericResource;
import io.jswarm.model.Labels;
import io.jswarm.model.LogDriver;
import io.jswarm.model.Meta;
import io.jswarm.model.NetworkAttachment;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The short form of a task in entries and snapshots, of which a large cluster writes millions. A
 * task is a list of fields; each begins with its number and the form of its value, so that one that
 * is not known can be passed over. Absent means empty, zero or null. Versions and times are written
 * as differences to those of the entry, and what tasks have in common goes to the {@link
 * SharedValues}.
 *
 * <p>Numbers are never given to another field. Bytes that make no sense are an {@link
 * IllegalArgumentException}.
 */
final class TaskCodec {
  private static final int NUMBER = 0;
  private static final int BLOCK = 1;
  private static final int SHARED = 2;

  private static final int ID = 1;
  private static final int VERSION = 2;
  private static final int CREATED_AT = 3;
  private static final int UPDATED_AT = 4;
  private static final int NAME = 5;
  private static final int LABELS = 6;
  private static final int SPEC_SOURCE = 7;
  private static final int SPEC = 8;
  private static final int SPEC_VERSION = 9;
  private static final int SERVICE_ID = 10;
  private static final int SERVICE_NAME = 11;
  private static final int SERVICE_LABELS = 12;
  private static final int SLOT = 13;
  private static final int NODE_ID = 14;
  private static final int STATE = 15;
  private static final int TIMESTAMP = 16;
  private static final int MESSAGE = 17;
  private static final int ERROR = 18;
  private static final int CONTAINER_ID = 19;
  private static final int PID = 20;
  private static final int EXIT_CODE = 21;
  private static final int PORTS = 22;
  private static final int APPLIED_BY = 23;
  private static final int APPLIED_AT = 24;
  private static final int DESIRED_STATE = 25;
  private static final int NETWORKS = 26;
  private static final int ENDPOINT = 27;
  private static final int LOG_DRIVER = 28;
  private static final int GENERIC_RESOURCES = 29;
  private static final int JOB_ITERATION = 30;

  private TaskCodec() {}

  /** Writes tasks of one entry or snapshot. Not thread-safe. */
  static final class Writer {
    private final long version;
    private final Instant time;
    private final SharedValues.Writer shared;
    private final ByteSink block = new ByteSink();

    Writer(long version, Instant time, SharedValues.Writer shared) {
      this.version = version;
      this.time = time;
      this.shared = shared;
    }

    void write(ByteSink out, Task task, SpecSource source) {
      block(out, ID, task.id());
      signed(out, VERSION, task.meta().version() - version);
      time(out, CREATED_AT, task.meta().createdAt());
      time(out, UPDATED_AT, task.meta().updatedAt());
      block(out, NAME, task.name());
      labels(out, LABELS, task.labels());
      number(out, SPEC_SOURCE, source.code());
      if (source == SpecSource.INLINE) {
        shared(out, SPEC, task.spec());
      }
      number(out, SPEC_VERSION, task.specVersion());
      text(out, SERVICE_ID, task.serviceId());
      text(out, SERVICE_NAME, task.serviceName());
      labels(out, SERVICE_LABELS, task.serviceLabels());
      signed(out, SLOT, task.slot());
      text(out, NODE_ID, task.nodeId());
      status(out, task.status());
      number(out, DESIRED_STATE, task.desiredState().number());
      if (!task.networks().isEmpty()) {
        shared(out, NETWORKS, task.networks(), new Networks(task.networks()));
      }
      if (!task.endpoint().equals(Endpoint.NONE)) {
        shared(out, ENDPOINT, task.endpoint());
      }
      LogDriver logDriver = task.logDriver();
      if (logDriver != null) {
        shared(out, LOG_DRIVER, logDriver);
      }
      if (!task.assignedGenericResources().isEmpty()) {
        List<GenericResource> generics = task.assignedGenericResources();
        shared(out, GENERIC_RESOURCES, generics, new Generics(generics));
      }
      signed(out, JOB_ITERATION, task.jobIteration());
    }

    private void status(ByteSink out, TaskStatus status) {
      number(out, STATE, status.state().number());
      time(out, TIMESTAMP, status.timestamp());
      text(out, MESSAGE, status.message());
      text(out, ERROR, status.error());
      ContainerStatus container = status.container();
      if (container != null) {
        head(out, CONTAINER_ID, BLOCK);
        out.writeString(container.containerId());
        signed(out, PID, container.pid());
        Integer exitCode = container.exitCode();
        if (exitCode != null) {
          head(out, EXIT_CODE, NUMBER);
          out.writeSigned(exitCode);
        }
      }
      if (!status.ports().isEmpty()) {
        shared(out, PORTS, status.ports(), new Ports(status.ports()));
      }
      text(out, APPLIED_BY, status.appliedBy());
      Instant appliedAt = status.appliedAt();
      if (appliedAt != null) {
        difference(out, APPLIED_AT, appliedAt);
      }
    }

    private static void head(ByteSink out, int field, int form) {
      out.writeByte(field << 2 | form);
    }

    private static void number(ByteSink out, int field, long value) {
      if (value != 0) {
        head(out, field, NUMBER);
        out.writeVarint(value);
      }
    }

    private static void signed(ByteSink out, int field, long value) {
      if (value != 0) {
        head(out, field, NUMBER);
        out.writeSigned(value);
      }
    }

    private static void block(ByteSink out, int field, String value) {
      if (!value.isEmpty()) {
        head(out, field, BLOCK);
        out.writeString(value);
      }
    }

    private void time(ByteSink out, int field, Instant value) {
      if (!value.equals(time)) {
        difference(out, field, value);
      }
    }

    private void difference(ByteSink out, int field, Instant value) {
      block.clear();
      if (!value.equals(time)) {
        block.writeSigned(value.getEpochSecond() - time.getEpochSecond());
        block.writeSigned((long) value.getNano() - time.getNano());
      }
      head(out, field, BLOCK);
      out.writeVarint(block.size());
      out.write(block);
    }

    private void text(ByteSink out, int field, String value) {
      if (!value.isEmpty()) {
        shared(out, field, value);
      }
    }

    private void labels(ByteSink out, int field, Map<String, String> labels) {
      if (!labels.isEmpty()) {
        shared(out, field, labels, new Labels(labels));
      }
    }

    private void shared(ByteSink out, int field, Object value) {
      shared(out, field, value, value);
    }

    private void shared(ByteSink out, int field, Object key, Object value) {
      head(out, field, SHARED);
      shared.write(out, key, value);
    }
  }

  /** Reads tasks of one entry or snapshot. Not thread-safe. */
  static final class Reader {
    private final long version;
    private final Instant time;
    private final SharedValues.Reader shared = new SharedValues.Reader();

    Reader(long version, Instant time) {
      this.version = version;
      this.time = time;
    }

    TaskDraft read(ByteSource in) {
      TaskDraft draft = new TaskDraft(version, time);
      while (in.hasMore()) {
        int head = in.readByte();
        switch (head & 3) {
          case NUMBER -> number(draft, head >>> 2, in.readVarint());
          case BLOCK -> block(draft, head >>> 2, in.readPart());
          case SHARED -> shared(draft, head >>> 2, shared.read(in));
          default -> throw new IllegalArgumentException("a field of an unknown form");
        }
      }
      return draft;
    }

    private void number(TaskDraft draft, int field, long value) {
      long signed = value >>> 1 ^ -(value & 1);
      switch (field) {
        case VERSION -> draft.version = version + signed;
        case SPEC_SOURCE -> draft.source = SpecSource.ofCode(value);
        case SPEC_VERSION -> draft.specVersion = value;
        case SLOT -> draft.slot = Math.toIntExact(signed);
        case STATE -> draft.state = state(value);
        case PID -> draft.pid = signed;
        case EXIT_CODE -> draft.exitCode = Math.toIntExact(signed);
        case DESIRED_STATE -> draft.desiredState = state(value);
        case JOB_ITERATION -> draft.jobIteration = signed;
        default -> {}
      }
    }

    private void block(TaskDraft draft, int field, ByteSource in) {
      switch (field) {
        case ID -> draft.id = text(in);
        case NAME -> draft.name = text(in);
        case CONTAINER_ID -> draft.containerId = text(in);
        case CREATED_AT -> draft.createdAt = time(in);
        case UPDATED_AT -> draft.updatedAt = time(in);
        case TIMESTAMP -> draft.timestamp = time(in);
        case APPLIED_AT -> draft.appliedAt = time(in);
        default -> {}
      }
    }

    private static void shared(TaskDraft draft, int field, SharedValues.Value value) {
      switch (field) {
        case LABELS -> draft.labels = value.as(Labels.class).values();
        case SPEC -> draft.spec = value.as(TaskSpec.class);
        case SERVICE_ID -> draft.serviceId = value.text();
        case SERVICE_NAME -> draft.serviceName = value.text();
        case SERVICE_LABELS -> draft.serviceLabels = value.as(Labels.class).values();
        case NODE_ID -> draft.nodeId = value.text();
        case MESSAGE -> draft.message = value.text();
        case ERROR -> draft.error = value.text();
        case PORTS -> draft.ports = value.as(Ports.class).list();
        case APPLIED_BY -> draft.appliedBy = value.text();
        case NETWORKS -> draft.networks = value.as(Networks.class).list();
        case ENDPOINT -> draft.endpoint = value.as(Endpoint.class);
        case LOG_DRIVER -> draft.logDriver = value.as(LogDriver.class);
        case GENERIC_RESOURCES -> draft.generics = value.as(Generics.class).list();
        default -> {}
      }
    }

    private static String text(ByteSource in) {
      return in.readRest();
    }

    private Instant time(ByteSource in) {
      return in.hasMore()
          ? Instant.ofEpochSecond(
              time.getEpochSecond() + in.readSigned(), time.getNano() + in.readSigned())
          : time;
    }

    private static TaskState state(long number) {
      for (TaskState state : STATES) {
        if (state.number() == number) {
          return state;
        }
      }
      throw new IllegalArgumentException("there is no task state " + number);
    }
  }

  private static final TaskState[] STATES = TaskState.values();

  /** A task but for its spec, which may have to be looked up where the entry is applied. */
  static final class TaskDraft {
    private String id = "";
    private long version;
    private Instant createdAt;
    private Instant updatedAt;
    private String name = "";
    private Map<String, String> labels = Map.of();
    private SpecSource source = SpecSource.INLINE;
    private @Nullable TaskSpec spec;
    private long specVersion;
    private String serviceId = "";
    private String serviceName = "";
    private Map<String, String> serviceLabels = Map.of();
    private int slot;
    private String nodeId = "";
    private TaskState state = TaskState.NEW;
    private Instant timestamp;
    private String message = "";
    private String error = "";
    private @Nullable String containerId;
    private long pid;
    private @Nullable Integer exitCode;
    private List<PortConfig> ports = List.of();
    private String appliedBy = "";
    private @Nullable Instant appliedAt;
    private TaskState desiredState = TaskState.NEW;
    private List<NetworkAttachment> networks = List.of();
    private Endpoint endpoint = Endpoint.NONE;
    private @Nullable LogDriver logDriver;
    private List<GenericResource> generics = List.of();
    private long jobIteration;

    private TaskDraft(long version, Instant time) {
      this.version = version;
      this.createdAt = time;
      this.updatedAt = time;
      this.timestamp = time;
    }

    String id() {
      return id;
    }

    long version() {
      return version;
    }

    String serviceId() {
      return serviceId;
    }

    long specVersion() {
      return specVersion;
    }

    SpecSource source() {
      return source;
    }

    String nodeId() {
      return nodeId;
    }

    /**
     * Takes over instances of what is equal.
     *
     * @param old the task as it was; null = unknown
     */
    void share(@Nullable Task old, String sameServiceId, String sameNodeId) {
      serviceId = sameServiceId;
      nodeId = sameNodeId;
      if (old != null) {
        id = old.id();
        serviceName = serviceName.equals(old.serviceName()) ? old.serviceName() : serviceName;
        serviceLabels =
            serviceLabels.equals(old.serviceLabels()) ? old.serviceLabels() : serviceLabels;
        endpoint = endpoint.equals(old.endpoint()) ? old.endpoint() : endpoint;
        networks = networks.equals(old.networks()) ? old.networks() : networks;
      }
    }

    /** The spec that came with it. */
    @Nullable TaskSpec spec() {
      return spec;
    }

    Task complete(TaskSpec with) {
      ContainerStatus container =
          containerId == null ? null : new ContainerStatus(containerId, pid, exitCode);
      TaskStatus status =
          new TaskStatus(state, timestamp, message, error, container, ports, appliedBy, appliedAt);
      return Task.builder(id, with, status, desiredState)
          .meta(new Meta(version, createdAt, updatedAt))
          .name(name)
          .labels(labels)
          .specVersion(specVersion)
          .serviceId(serviceId)
          .serviceName(serviceName)
          .serviceLabels(serviceLabels)
          .slot(slot)
          .nodeId(nodeId)
          .networks(networks)
          .endpoint(endpoint)
          .logDriver(logDriver)
          .assignedGenericResources(generics)
          .jobIteration(jobIteration)
          .build();
    }
  }

  private record Ports(List<PortConfig> list) {
    Ports {
      list = List.copyOf(list);
    }
  }

  private record Networks(List<NetworkAttachment> list) {
    Networks {
      list = List.copyOf(list);
    }
  }

  private record Generics(List<GenericResource> list) {
    Generics {
      list = List.copyOf(list);
    }
  }
}
