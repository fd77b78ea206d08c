// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something mounted into a container.
 *
 * @param source path, volume name, or {@code group:<group>} of a cluster volume; may hold templates
 *     (S1.8)
 * @param target path in the container; may hold templates
 */
public record Mount(
    Type type,
    String source,
    String target,
    boolean readOnly,
    Consistency consistency,
    @Nullable BindOptions bind,
    @Nullable VolumeOptions volume,
    @Nullable TmpfsOptions tmpfs) {
  public Mount {
    requireNonNull(type, "type");
    requireNonNull(source, "source");
    requireNonNull(target, "target");
    requireNonNull(consistency, "consistency");
  }

  /** Kinds of mount. */
  public enum Type {
    BIND,
    VOLUME,
    TMPFS,
    NPIPE,
    CLUSTER
  }

  /** How strictly host and container must agree; only some hosts care. */
  public enum Consistency {
    DEFAULT,
    CONSISTENT,
    CACHED,
    DELEGATED
  }

  /** How mounts below travel. */
  public enum Propagation {
    RPRIVATE,
    PRIVATE,
    RSHARED,
    SHARED,
    RSLAVE,
    SLAVE
  }

  /** Options of a bind mount. */
  public record BindOptions(
      Propagation propagation,
      boolean nonRecursive,
      boolean createMountpoint,
      boolean readOnlyNonRecursive,
      boolean readOnlyForceRecursive) {
    public BindOptions {
      requireNonNull(propagation, "propagation");
    }
  }

  /**
   * Options of a volume mount.
   *
   * @param driver null = the engine's default
   * @param subpath a directory inside the volume; empty = its root
   */
  public record VolumeOptions(
      boolean noCopy, Map<String, String> labels, @Nullable Driver driver, String subpath) {
    public VolumeOptions {
      labels = SortedValues.copyOf(labels);
      requireNonNull(subpath, "subpath");
    }
  }

  /**
   * Options of a memory mount.
   *
   * @param sizeBytes 0 = no limit
   * @param mode permission bits; 0 = the engine's default
   */
  public record TmpfsOptions(long sizeBytes, int mode, String options) {
    public TmpfsOptions {
      requireNonNull(options, "options");
    }
  }

  /** A directory or file of the node. */
  public static Mount bind(String source, String target) {
    return of(Type.BIND, source, target);
  }

  /** A named volume; an empty source makes an anonymous one. */
  public static Mount volume(String source, String target) {
    return of(Type.VOLUME, source, target);
  }

  /** Memory of the given size; 0 = no limit. */
  public static Mount tmpfs(String target, long sizeBytes) {
    return new Mount(
        Type.TMPFS,
        "",
        target,
        false,
        Consistency.DEFAULT,
        null,
        null,
        new TmpfsOptions(sizeBytes, 0, ""));
  }

  private static Mount of(Type type, String source, String target) {
    return new Mount(type, source, target, false, Consistency.DEFAULT, null, null, null);
  }

  /** The same, not writable by the task. */
  public Mount asReadOnly() {
    return new Mount(type, source, target, true, consistency, bind, volume, tmpfs);
  }

  /** The same with options for a bind mount. */
  public Mount withBind(BindOptions bind) {
    return new Mount(type, source, target, readOnly, consistency, bind, volume, tmpfs);
  }

  /** The same with options for a volume mount. */
  public Mount withVolume(VolumeOptions volume) {
    return new Mount(type, source, target, readOnly, consistency, bind, volume, tmpfs);
  }
}
