// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

/** What an entry says beyond its place in the chain; one type for each {@link Kind}. */
public sealed interface Body permits Genesis, Event, Rejected, Gap, Source, Control, Closed {
    /** The kind of entry this is the body of. */
    Kind kind();
}
