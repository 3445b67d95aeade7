from netgen.session.difference import digest_difference, digest_key, new_salt


def test_a_digest_is_the_same_for_the_same_key_device_and_text_only():
    salt = new_salt()
    digest = digest_difference(digest_key(salt), "leaf1", "+ip routing")
    assert digest == digest_difference(digest_key(salt), "leaf1", "+ip routing")
    others = [
        digest_difference(digest_key(new_salt()), "leaf1", "+ip routing"),
        digest_difference(digest_key(salt, "shared key"), "leaf1", "+ip routing"),
        digest_difference(digest_key(salt), "leaf2", "+ip routing"),
        digest_difference(digest_key(salt), "leaf1", "-ip routing"),
    ]
    assert digest not in others
