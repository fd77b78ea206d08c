// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Service;
import io.jswarm.model.TaskSpec;
import io.jswarm.spi.ReplicatedLog;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
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

  /** Completes each change of it with what is found in the state it is applied to. */
  UnaryOperator<Change> completion(Tables before) {
    if (read == null) {
      return change -> change;
    }
    TaskDrafts drafts = TaskDrafts.of(changes, before);
    return change -> change instanceof Change.PutDraft put ? drafts.complete(put) : change;
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
