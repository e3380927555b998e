// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** JCS form of {@link Manifest}; the field table is there. */
final class ManifestCodec {
    private ManifestCodec() {}

    static byte[] encode(Manifest manifest) {
        JsonObject.Builder json = JsonObject.builder()
                .put("blind", manifest.blind().toString())
                .put(
                        "chains",
                        CanonicalJson.objects(manifest.chains().stream()
                                .map(ManifestCodec::chain)
                                .toList()))
                .put(
                        "data",
                        CanonicalJson.objects(manifest.data().stream()
                                .map(ManifestCodec::file)
                                .toList()))
                .put("format", Manifest.FORMAT)
                .put("origin", manifest.origin());
        manifest.derived().ifPresent(derived -> json.put("derived", derived.json()));
        manifest.previous().ifPresent(previous -> json.put("previous", previous.toString()));
        Manifest.Registry registry = manifest.registry();
        json.put(
                        "registry",
                        JsonObject.builder()
                                .put("frontier", CanonicalJson.hashes(registry.frontier()))
                                .put("previousRoot", registry.previousRoot().toString())
                                .put("previousSize", registry.previousSize())
                                .put("root", registry.root().toString())
                                .put("size", registry.size())
                                .build())
                .put("schemas", CanonicalJson.hashes(manifest.schemas()))
                .put(
                        "shape",
                        manifest.derived()
                                .map(derived -> derived.shape().text())
                                .orElse(Manifest.CANONICAL))
                .put("tenant", manifest.tenant())
                .put("transactional", manifest.transactional())
                .put(
                        "window",
                        JsonObject.builder()
                                .put("end", CanonicalJson.time(manifest.window().end()))
                                .put(
                                        "start",
                                        CanonicalJson.time(manifest.window().start()))
                                .build());
        return CanonicalJson.encode(json.build());
    }

    private static JsonObject chain(Manifest.Chain chain) {
        JsonObject.Builder json = JsonObject.builder();
        chain.asOf().ifPresent(time -> json.put("asOf", CanonicalJson.time(time)));
        json.put("counts", CanonicalJson.counts(chain.counts()))
                .put("firstSeq", chain.firstSeq())
                .put("frontier", CanonicalJson.hashes(chain.frontier()))
                .put("partition", (long) chain.partition())
                .put("prev", chain.prev().toString())
                .put("previousRoot", chain.previousRoot().toString())
                .put("reasons", CanonicalJson.counts(chain.reasons()))
                .put("root", chain.root().toString())
                .put("size", chain.size())
                .put("skippedOffsets", chain.skippedOffsets())
                .put(
                        "source",
                        JsonObject.builder()
                                .put("from", chain.source().from())
                                .put("next", chain.source().next())
                                .build());
        chain.sourceEnd().ifPresent(end -> json.put("sourceEnd", end));
        return json.build();
    }

    private static JsonObject file(Manifest.DataFile file) {
        return JsonObject.builder()
                .put("bytes", file.bytes())
                .put("lines", file.lines())
                .put("name", file.name())
                .put("sha256", file.sha256().toString())
                .build();
    }

    static Manifest parse(byte[] bytes) throws BundleException {
        CanonicalJson members = CanonicalJson.parse(BundleLayout.MANIFEST, bytes, BundleLayout.MANIFEST_BYTES_MAX);
        members.require("format", Manifest.FORMAT);
        Optional<Derivation> derived = derived(members);
        members.only(optional(
                members,
                List.of(derived.isPresent() ? "derived" : "previous"),
                "blind",
                "chains",
                "data",
                "format",
                "origin",
                "registry",
                "schemas",
                "shape",
                "tenant",
                "transactional",
                "window"));
        Manifest manifest = members.make(() -> new Manifest(
                members.text("origin"),
                members.text("tenant"),
                window(members.object("window")),
                members.hash("blind"),
                members.flag("transactional"),
                members.has("previous") ? Optional.of(members.hash("previous")) : Optional.empty(),
                registry(members.object("registry")),
                chains(members.objects("chains")),
                data(members.objects("data")),
                members.hashes("schemas"),
                derived));
        members.requireSame(manifest.encode());
        return manifest;
    }

    private static Optional<Derivation> derived(CanonicalJson members) throws BundleException {
        Optional<Derivation.Shape> shape = Derivation.Shape.of(members.text("shape"));
        if (shape.isEmpty()) {
            members.require("shape", Manifest.CANONICAL);
            return Optional.empty();
        }
        return Optional.of(Derivation.parse(shape.get(), members.object("derived")));
    }

    private static Manifest.Window window(CanonicalJson members) throws BundleException {
        members.only("end", "start");
        return members.make(() -> new Manifest.Window(members.time("start"), members.time("end")));
    }

    private static Manifest.Registry registry(CanonicalJson members) throws BundleException {
        members.only("frontier", "previousRoot", "previousSize", "root", "size");
        return members.make(() -> new Manifest.Registry(
                members.count("previousSize"),
                members.hashes("frontier"),
                members.hash("previousRoot"),
                members.count("size"),
                members.hash("root")));
    }

    private static List<Manifest.Chain> chains(List<CanonicalJson> elements) throws BundleException {
        if (elements.size() > BundleLayout.CHAINS_MAX) {
            throw new BundleException(BundleLayout.MANIFEST + " lists " + elements.size() + " chains");
        }
        List<Manifest.Chain> chains = new ArrayList<>();
        for (CanonicalJson element : elements) {
            chains.add(chain(element));
        }
        return chains;
    }

    private static Manifest.Chain chain(CanonicalJson members) throws BundleException {
        members.only(optional(
                members,
                List.of("asOf", "sourceEnd"),
                "counts",
                "firstSeq",
                "frontier",
                "partition",
                "prev",
                "previousRoot",
                "reasons",
                "root",
                "size",
                "skippedOffsets",
                "source"));
        CanonicalJson source = members.object("source");
        source.only("from", "next");
        OptionalLong sourceEnd =
                members.has("sourceEnd") ? OptionalLong.of(members.count("sourceEnd")) : OptionalLong.empty();
        Optional<Instant> asOf = members.has("asOf") ? Optional.of(members.time("asOf")) : Optional.empty();
        return members.make(() -> new Manifest.Chain(
                members.partition("partition"),
                members.count("firstSeq"),
                members.count("size"),
                members.hash("prev"),
                members.hashes("frontier"),
                members.hash("previousRoot"),
                members.hash("root"),
                new Manifest.SourceSpan(source.count("from"), source.count("next")),
                sourceEnd,
                asOf,
                members.counts("counts"),
                members.counts("reasons"),
                members.count("skippedOffsets")));
    }

    private static List<Manifest.DataFile> data(List<CanonicalJson> elements) throws BundleException {
        List<Manifest.DataFile> data = new ArrayList<>();
        for (CanonicalJson element : elements) {
            element.only("bytes", "lines", "name", "sha256");
            data.add(element.make(() -> new Manifest.DataFile(
                    element.text("name"), element.count("bytes"), element.count("lines"), element.hash("sha256"))));
        }
        return data;
    }

    /** The members that must be there, and those of the optional ones that are. */
    private static String[] optional(CanonicalJson members, List<String> optional, String... required) {
        List<String> names = new ArrayList<>(List.of(required));
        optional.stream().filter(members::has).forEach(names::add);
        return names.toArray(new String[0]);
    }
}
