// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.Context;
import io.tallystick.entry.Control;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.Event;
import io.tallystick.entry.LedgerTime;
import io.tallystick.entry.Rejected;
import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What makes a bundle a copy of another one: members {@code derived} and {@code shape} of its manifest.
 *
 * <table>
 *   <caption>Members of {@code derived}</caption>
 *   <tr><th>{@code filter}</th><td>see {@link Filter}; {@code {}} if nothing was filtered out</td></tr>
 *   <tr><th>{@code from}</th><td>hex SHA-256 of the original's manifest</td></tr>
 *   <tr><th>{@code redactions}</th><td>{@code []}: this version redacts nothing</td></tr>
 * </table>
 *
 * @param shape what its lines hold
 * @param from digest of the original's manifest
 * @param filter which lines it holds; of shape {@link Shape#FILTERED} alone anything but {@link Filter#NONE}
 */
public record Derivation(Shape shape, Hash from, Filter filter) {
    /** What the lines of a copy hold. */
    public enum Shape {
        /** Every entry, without payload, context and salts. */
        COMPACT,
        /** Some lines as they are, each with its path to the chain's checkpoint. */
        FILTERED;

        /** The word in the manifest. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Shape> of(String text) {
            return List.of(values()).stream()
                    .filter(shape -> shape.text().equals(text))
                    .findFirst();
        }
    }

    /**
     * Which lines are kept: those that meet all that is given. JSON members {@code from}, {@code subjects}, {@code to},
     * {@code types}, left out where nothing is given.
     *
     * @param from recorded at this instant or later
     * @param to recorded before this instant
     * @param types of one of these types; ascending, each once
     * @param subjects of one of these subjects; ascending, each once
     */
    public record Filter(Optional<Instant> from, Optional<Instant> to, List<String> types, List<String> subjects) {
        public static final Filter NONE = new Filter(Optional.empty(), Optional.empty(), List.of(), List.of());

        private static final int VALUES_MAX = 1_000;
        private static final int LENGTH_MAX = 1_024;

        public Filter {
            requireTime(from);
            requireTime(to);
            types = values("types", types);
            subjects = values("subjects", subjects);
        }

        private static void requireTime(Optional<Instant> time) {
            if (time.filter(found -> !LedgerTime.isValid(found)).isPresent()) {
                throw new IllegalArgumentException("not a time in whole milliseconds: " + time.get());
            }
        }

        /**
         * Whether the line is kept.
         *
         * @throws BundleException if its context cannot be read
         */
        public boolean keeps(BundleLine line) throws BundleException {
            Instant recorded = line.entry().recorded();
            return from.map(begin -> !recorded.isBefore(begin)).orElse(true)
                    && to.map(recorded::isBefore).orElse(true)
                    && (types.isEmpty()
                            || typeOf(line.entry()).filter(types::contains).isPresent())
                    && (subjects.isEmpty()
                            || subjectOf(line).filter(subjects::contains).isPresent());
        }

        private static Optional<String> typeOf(Entry entry) {
            if (entry.body() instanceof Event event) {
                return Optional.of(event.type());
            }
            if (entry.body() instanceof Control control) {
                return Optional.of(control.type());
            }
            return entry.body() instanceof Rejected rejected ? rejected.type() : Optional.empty();
        }

        private static Optional<String> subjectOf(BundleLine line) throws BundleException {
            if (line.context().isEmpty()) {
                return Optional.empty();
            }
            try {
                return Context.decode(line.context().get().bytes().orElseThrow().toByteArray())
                        .subject();
            } catch (EntryException e) {
                throw new BundleException("context: " + e.getMessage(), e);
            }
        }

        private static List<String> values(String what, List<String> values) {
            if (values.size() > VALUES_MAX || values.stream().anyMatch(value -> value.length() > LENGTH_MAX)) {
                throw new IllegalArgumentException(
                        "more than " + VALUES_MAX + " " + what + ", or one over " + LENGTH_MAX + " characters");
            }
            if (!values.equals(values.stream().sorted().distinct().toList())) {
                throw new IllegalArgumentException(what + " are not ascending, each once");
            }
            return List.copyOf(values);
        }
    }

    public Derivation {
        Objects.requireNonNull(shape);
        Objects.requireNonNull(from);
        if (shape != Shape.FILTERED && !filter.equals(Filter.NONE)) {
            throw new IllegalArgumentException("a filter on a copy of shape " + shape.text());
        }
    }

    boolean isFiltered() {
        return shape == Shape.FILTERED;
    }

    JsonObject json() {
        JsonObject.Builder kept = JsonObject.builder()
                .put("from", filter.from().map(CanonicalJson::time))
                .put("to", filter.to().map(CanonicalJson::time));
        if (!filter.subjects().isEmpty()) {
            kept.put("subjects", CanonicalJson.texts(filter.subjects()));
        }
        if (!filter.types().isEmpty()) {
            kept.put("types", CanonicalJson.texts(filter.types()));
        }
        return JsonObject.builder()
                .put("filter", kept.build())
                .put("from", from.toString())
                .put("redactions", CanonicalJson.texts(List.of()))
                .build();
    }

    static Derivation parse(Shape shape, CanonicalJson members) throws BundleException {
        members.only("filter", "from", "redactions");
        if (!members.texts("redactions").isEmpty()) {
            throw new BundleException(BundleLayout.MANIFEST + ": redactions, which this reader does not know");
        }
        CanonicalJson kept = members.object("filter");
        List<String> names = new ArrayList<>();
        for (String name : List.of("from", "subjects", "to", "types")) {
            if (kept.has(name)) {
                names.add(name);
            }
        }
        kept.only(names.toArray(new String[0]));
        return members.make(() -> new Derivation(
                shape,
                members.hash("from"),
                new Filter(
                        kept.has("from") ? Optional.of(kept.time("from")) : Optional.empty(),
                        kept.has("to") ? Optional.of(kept.time("to")) : Optional.empty(),
                        kept.has("types") ? kept.texts("types") : List.of(),
                        kept.has("subjects") ? kept.texts("subjects") : List.of())));
    }
}
