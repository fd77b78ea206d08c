// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

/**
 * How far a service is (S12.3).
 *
 * @param desired tasks that should run
 * @param running tasks observed running, wanted or not
 * @param completed tasks of the present job iteration that are complete
 */
public record ServiceCounts(long desired, long running, long completed) {}
