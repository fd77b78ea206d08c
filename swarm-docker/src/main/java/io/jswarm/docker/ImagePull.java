// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.ContainerSpec;
import java.io.IOException;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings an image onto the engine. What a registry refuses, and that it cannot be reached, is final
 * for the task, as waiting for it would hide it: the restart policy decides what comes next.
 */
final class ImagePull extends StreamCallback<PullResponseItem> {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final CompletableFuture<Void> result = new CompletableFuture<>();
  private final String image;
  private @Nullable String refusal;

  private ImagePull(String image) {
    this.image = image;
  }

  /** Whether the engine has the image; blocks. */
  static boolean isPresent(EngineClient engine, String image) {
    try {
      engine.calls().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /**
   * Starts a pull.
   *
   * @param task aborts the pull when it is cancelled
   */
  static CompletableFuture<Void> start(
      EngineClient engine, ContainerSpec container, TaskOperations.Operation task) {
    ImagePull pull = new ImagePull(container.image());
    try {
      PullImageCmd command = engine.streams().pullImageCmd(withTag(container.image()));
      AuthConfig auth = credentials(container.pullOptions().registryAuth());
      if (auth != null) {
        command.withAuthConfig(auth);
      }
      command.exec(pull);
    } catch (RuntimeException e) {
      pull.result.completeExceptionally(engine.failure("pull image " + container.image(), e));
    }
    task.onCancel(pull::close);
    return pull.result.exceptionallyCompose(
        error ->
            CompletableFuture.failedFuture(
                engine.failure("pull image " + container.image(), error)));
  }

  /** Without a tag or digest the engine would pull every tag there is. */
  static String withTag(String image) {
    int name = image.lastIndexOf('/') + 1;
    boolean complete = image.indexOf('@') >= 0 || image.indexOf(':', name) >= 0;
    return complete ? image : image + ":latest";
  }

  private static @Nullable AuthConfig credentials(String registryAuth) {
    if (registryAuth.isEmpty()) {
      return null;
    }
    try {
      byte[] json =
          Base64.getUrlDecoder().decode(registryAuth.strip().replace('+', '-').replace('/', '_'));
      return JSON.readValue(json, AuthConfig.class);
    } catch (IllegalArgumentException | IOException e) {
      // Without the cause: its message would show the credentials.
      throw new TaskRuntimeException(
          "pullOptions.registryAuth is not base64 of the JSON of X-Registry-Auth", false);
    }
  }

  @Override
  void element(PullResponseItem item) {
    ResponseItem.ErrorDetail error = item.getErrorDetail();
    if (error != null) {
      refusal = String.valueOf(error.getMessage());
    }
  }

  @Override
  void ended(@Nullable Throwable error) {
    if (refusal != null) {
      result.completeExceptionally(
          new TaskRuntimeException("cannot pull image " + image + ": " + refusal, false));
    } else if (error instanceof DockerException refused) {
      result.completeExceptionally(
          new TaskRuntimeException(
              "cannot pull image " + image + ": " + EngineFailures.reason(refused), false, error));
    } else if (error != null) {
      result.completeExceptionally(error);
    } else {
      result.complete(null);
    }
  }
}
