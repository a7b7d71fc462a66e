// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tapmask {

// Whether mail is sent to such an address: "local@domain" in ASCII, the local part of 1 to 64
// letters, digits and !#$%&'*+-/=?^_`{|}~ with single dots between, the domain of at least two
// labels (or "localhost"), 254 characters in all. Quoted local parts, comments, addresses of hosts
// and other alphabets are allowed by the RFCs and refused here: what is left cannot carry anything
// into a header or an SMTP command. Domains of other alphabets can be given as "xn--…".
bool IsMailAddress(std::string_view text);

// What stands behind the '@' of such an address.
std::string_view MailDomain(std::string_view address);

}  // namespace tapmask
