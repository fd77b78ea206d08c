// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.StoreObject;
import java.time.Instant;

/**
 * A transaction: sees its own changes, and takes effect as a whole or not at all. Valid only inside
 * the callback it is handed to, on the control loop.
 */
public interface Tx extends ReadView {
  /** Version of the store when the turn began: another in each turn that follows a commit. */
  long base();

  /** Time of the turn; the only source of timestamps. */
  Instant now();

  /**
   * Adds an object.
   *
   * @return it, with version and creation time set
   * @throws io.jswarm.AlreadyExistsException when the id or the name is taken
   */
  <T extends StoreObject> T create(T object);

  /**
   * Replaces an object.
   *
   * @return it, with its new version and update time
   * @throws io.jswarm.NotFoundException when there is no object of its kind and id
   * @throws io.jswarm.VersionConflictException when {@code object} was made from an older version
   *     than the stored one
   * @throws io.jswarm.AlreadyExistsException when its new name is taken
   */
  <T extends StoreObject> T update(T object);

  /**
   * Removes an object.
   *
   * @throws io.jswarm.NotFoundException when there is no object of its kind and id
   */
  void delete(StoreObject object);
}
