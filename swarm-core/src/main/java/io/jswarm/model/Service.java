// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A service and what became of it (S1.2). The canonical constructor is not API: use {@link #of} and
 * {@link #toBuilder()}.
 *
 * @param specVersion the object version at which this spec was set; tasks carry it
 * @param previousSpec what a rollback returns to, or null
 * @param previousSpecVersion version of the previous spec; 0 = none
 * @param updateStatus null = never updated, or cleared by a newer update
 * @param jobStatus null unless the mode is a job
 * @param pendingDelete reserved
 */
public record Service(
    String id,
    Meta meta,
    ServiceSpec spec,
    long specVersion,
    @Nullable ServiceSpec previousSpec,
    long previousSpecVersion,
    Endpoint endpoint,
    @Nullable UpdateStatus updateStatus,
    @Nullable JobStatus jobStatus,
    boolean pendingDelete)
    implements StoreObject {
  public Service {
    requireNonNull(id, "id");
    requireNonNull(meta, "meta");
    requireNonNull(spec, "spec");
    requireNonNull(endpoint, "endpoint");
  }

  /** A service that was never stored. */
  public static Service of(String id, ServiceSpec spec) {
    return new Service(
        id,
        Meta.NONE,
        spec,
        0,
        null,
        0,
        Endpoint.NONE,
        null,
        spec.mode().isJob() ? new JobStatus(0, null) : null,
        false);
  }

  @Override
  public Kind kind() {
    return Kind.SERVICE;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Service withMeta(Meta meta) {
    return new Service(
        id,
        meta,
        spec,
        specVersion,
        previousSpec,
        previousSpecVersion,
        endpoint,
        updateStatus,
        jobStatus,
        pendingDelete);
  }

  /** The iteration tasks must carry to count; 0 for services that are not jobs. */
  public long jobIteration() {
    return jobStatus == null ? 0 : jobStatus.jobIteration();
  }

  /** The same service with another endpoint. */
  public Service withEndpoint(Endpoint endpoint) {
    return toBuilder().endpoint(endpoint).build();
  }

  /** The same service with another update status. */
  public Service withUpdateStatus(@Nullable UpdateStatus updateStatus) {
    return toBuilder().updateStatus(updateStatus).build();
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link Service}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private String id = "";
    private Meta meta;
    private ServiceSpec spec;
    private long specVersion;
    private @Nullable ServiceSpec previousSpec;
    private long previousSpecVersion;
    private Endpoint endpoint;
    private @Nullable UpdateStatus updateStatus;
    private @Nullable JobStatus jobStatus;
    private boolean pendingDelete;

    private Builder(Service from) {
      id = from.id;
      meta = from.meta;
      spec = from.spec;
      specVersion = from.specVersion;
      previousSpec = from.previousSpec;
      previousSpecVersion = from.previousSpecVersion;
      endpoint = from.endpoint;
      updateStatus = from.updateStatus;
      jobStatus = from.jobStatus;
      pendingDelete = from.pendingDelete;
    }

    /** Sets {@link Service#id()}. */
    public Builder id(String id) {
      this.id = requireNonNull(id, "id");
      return this;
    }

    /** Sets {@link Service#meta()}. */
    public Builder meta(Meta meta) {
      this.meta = requireNonNull(meta, "meta");
      return this;
    }

    /** Sets {@link Service#spec()}. */
    public Builder spec(ServiceSpec spec) {
      this.spec = requireNonNull(spec, "spec");
      return this;
    }

    /** Sets {@link Service#specVersion()}. */
    public Builder specVersion(long specVersion) {
      this.specVersion = specVersion;
      return this;
    }

    /** Sets {@link Service#previousSpec()}. */
    public Builder previousSpec(@Nullable ServiceSpec previousSpec) {
      this.previousSpec = previousSpec;
      return this;
    }

    /** Sets {@link Service#previousSpecVersion()}. */
    public Builder previousSpecVersion(long previousSpecVersion) {
      this.previousSpecVersion = previousSpecVersion;
      return this;
    }

    /** Sets {@link Service#endpoint()}. */
    public Builder endpoint(Endpoint endpoint) {
      this.endpoint = requireNonNull(endpoint, "endpoint");
      return this;
    }

    /** Sets {@link Service#updateStatus()}. */
    public Builder updateStatus(@Nullable UpdateStatus updateStatus) {
      this.updateStatus = updateStatus;
      return this;
    }

    /** Sets {@link Service#jobStatus()}. */
    public Builder jobStatus(@Nullable JobStatus jobStatus) {
      this.jobStatus = jobStatus;
      return this;
    }

    /** Sets {@link Service#pendingDelete()}. */
    public Builder pendingDelete(boolean pendingDelete) {
      this.pendingDelete = pendingDelete;
      return this;
    }

    /** What was built. */
    public Service build() {
      return new Service(
          id,
          meta,
          spec,
          specVersion,
          previousSpec,
          previousSpecVersion,
          endpoint,
          updateStatus,
          jobStatus,
          pendingDelete);
    }
  }
}
