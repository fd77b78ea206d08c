// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.spi.ReplicatedLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A log entry: the net changes of one or more transactions, and the fingerprint of the one state
 * they were made for. On the leader it also knows the state it leads to.
 */
public final class StoreEntry implements ReplicatedLog.Entry {
  private final long base;
  private final long version;
  private final Instant time;
  private final List<Change> changes;
  private final int estimatedBytes;
  private final byte @Nullable [] read;
  private @Nullable Shortcut shortcut;
  private @Nullable Long fingerprint;

  /**
   * @param base fingerprint of the state it was made for
   * @param read the bytes it was read from, if it was
   */
  StoreEntry(
      long base,
      long version,
      Instant time,
      List<Change> changes,
      int estimatedBytes,
      byte @Nullable [] read) {
    this.base = base;
    this.version = version;
    this.time = time;
    this.changes = List.copyOf(changes);
    this.estimatedBytes = estimatedBytes;
    this.read = read;
  }

  long base() {
    return base;
  }

  long version() {
    return version;
  }

  Instant time() {
    return time;
  }

  List<Change> changes() {
    return changes;
  }

  /** Fingerprint of the state this leads to. */
  long fingerprint() {
    Long known = fingerprint;
    if (known == null) {
      known = Fingerprint.after(base, version, changes);
      fingerprint = known;
    }
    return known;
  }

  /** The changes with all specs of tasks found. */
  List<Change> changesFor(Tables before) {
    if (read == null) {
      return changes;
    }
    Map<String, Service> services = new HashMap<>();
    for (Change change : changes) {
      if (change instanceof Change.Put put && put.object() instanceof Service service) {
        services.put(service.id(), service);
      }
    }
    List<Change> complete = new ArrayList<>(changes.size());
    for (Change change : changes) {
      complete.add(
          change instanceof Change.PutDraft put
              ? put.complete(spec(put.draft(), services, before))
              : change);
    }
    return complete;
  }

  private static TaskSpec spec(
      TaskCodec.TaskDraft draft, Map<String, Service> services, Tables before) {
    TaskSpec spec =
        switch (draft.source()) {
          case INLINE -> draft.spec();
          case TASK -> before.task(draft.id()).map(Task::spec).orElse(null);
          case SERVICE ->
              specOf(
                  services.get(draft.serviceId()),
                  before.<Service>table(Kind.SERVICE).get(draft.serviceId()),
                  draft.specVersion());
        };
    if (spec == null) {
      throw new IllegalStateException(
          "task " + draft.id() + " was written without its spec, and it is not where it should be");
    }
    return spec;
  }

  /**
   * The spec of that version: of the service as the entry leaves it, else as it was; each of them
   * has a present and a previous one.
   */
  static @Nullable TaskSpec specOf(
      @Nullable Service after, @Nullable Service before, long specVersion) {
    TaskSpec spec = after == null ? null : specOf(after, specVersion);
    return spec != null || before == null ? spec : specOf(before, specVersion);
  }

  private static @Nullable TaskSpec specOf(Service service, long specVersion) {
    if (service.specVersion() == specVersion) {
      return service.spec().task();
    }
    return service.previousSpec() != null && service.previousSpecVersion() == specVersion
        ? service.previousSpec().task()
        : null;
  }

  /**
   * What applying an entry to one certain state comes to: on the leader that work is done already.
   */
  record Shortcut(Tables from, Tables to, List<StoreEvent> events) {}

  void shortcut(Shortcut shortcut) {
    this.shortcut = shortcut;
  }

  @Nullable Shortcut shortcutFrom(Tables state) {
    return shortcut != null && shortcut.from == state ? shortcut : null;
  }

  @Override
  public byte[] toBytes() {
    return read != null ? read.clone() : StoreEntryCodec.encode(this);
  }

  @Override
  public int estimatedBytes() {
    return estimatedBytes;
  }
}
