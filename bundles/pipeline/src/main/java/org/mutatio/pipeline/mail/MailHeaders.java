package org.mutatio.pipeline.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.sdk.mail.Headers;

/// Header fields in order; decoded when asked for.
record MailHeaders(List<HeaderBlock.Field> block) implements Headers {

    @Override
    public Optional<String> first(String name) {
        for (HeaderBlock.Field field : block) {
            if (field.is(name)) {
                return Optional.of(field.text());
            }
        }
        return Optional.empty();
    }

    @Override
    public List<String> all(String name) {
        List<String> all = new ArrayList<>();
        for (HeaderBlock.Field field : block) {
            if (field.is(name)) {
                all.add(field.text());
            }
        }
        return all;
    }

    @Override
    public List<Field> fields() {
        List<Field> all = new ArrayList<>(block.size());
        for (HeaderBlock.Field field : block) {
            all.add(new Field(field.name(), OctetStrings.text(field.rawValue()), field.text()));
        }
        return all;
    }
}
