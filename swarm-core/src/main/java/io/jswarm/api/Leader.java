// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.control.ControlLoop;
import io.jswarm.loop.IdGenerator;
import io.jswarm.membership.Managers;
import io.jswarm.membership.Membership;

/**
 * What requests to the leader work with: this manager, whether it leads or not.
 *
 * @param managers who agrees with whom
 */
record Leader(ControlLoop control, IdGenerator ids, Membership membership, Managers managers) {}
