// What the false Safar says. Numbers are from ranges kept for fiction or invented; nobody must call them.
/** @typedef {Record<string, any>} Json */

const STRINGS = {
  widget_title: 'Safar: help for migrants', widget_open: 'Ask for help', widget_close: 'Close', widget_placeholder: 'Write your question',
  widget_send: 'Send', widget_language: 'Language', widget_you: 'You', widget_bot: 'Safar', widget_operator: 'Counsellor', widget_menu: 'Menu',
  widget_emergency: 'Emergency numbers', widget_call: 'Call', widget_website: 'Website', widget_sources: 'Sources',
  widget_forget: 'Delete this conversation', widget_forget_confirm: 'Delete this conversation now?', widget_forgotten: 'The conversation is deleted.',
  widget_exit: 'Leave quickly', widget_waiting: 'Safar is writing',
  widget_offline: 'No connection. Your message is kept and will be sent when you are online.',
  widget_failed: 'Not sent. It will be tried again.', widget_position: 'Share position',
  widget_position_failed: 'Your position could not be read.', widget_new_message: 'New message', widget_loading: 'Loading',
  button_yes: 'Yes', button_no: 'No', button_other_country: 'Another country',
  widget_more: 'More', widget_text_size: 'Larger text', widget_read_aloud: 'Read aloud', widget_country: 'Country you are in',
  widget_pack: 'Keep all answers on this phone', widget_pack_about: 'All answers for {country_name}.', widget_pack_dates: 'Saved on {date}. Good until {until}.',
  widget_pack_old: 'Saved on {date}. This is too old now.', widget_pack_search: 'Search the saved answers', widget_pack_nothing: 'Nothing found.',
  widget_pack_remove: 'Remove from this phone', widget_load_failed: 'This could not be loaded.', group_contacts: 'Contacts and numbers',
}

const ARABIC = {
  widget_title: 'سفر: مساعدة للمهاجرين', widget_open: 'اطلب المساعدة', widget_close: 'إغلاق', widget_placeholder: 'اكتب سؤالك',
  widget_send: 'إرسال', widget_language: 'اللغة', widget_you: 'أنت', widget_bot: 'سفر', widget_operator: 'مستشار', widget_menu: 'القائمة',
  widget_emergency: 'أرقام الطوارئ', widget_call: 'اتصل', widget_website: 'الموقع', widget_sources: 'المصادر',
  widget_forget: 'احذف هذه المحادثة', widget_forget_confirm: 'هل تريد حذف هذه المحادثة الآن؟', widget_forgotten: 'حُذفت المحادثة.',
  widget_exit: 'مغادرة سريعة', widget_waiting: 'سفر يكتب', widget_offline: 'لا يوجد اتصال. رسالتك محفوظة وسترسل عندما تتصل.',
  widget_failed: 'لم تُرسل. ستتم المحاولة مرة أخرى.', widget_position: 'شارك موقعك', widget_position_failed: 'تعذر قراءة موقعك.',
  widget_new_message: 'رسالة جديدة', widget_loading: 'جار التحميل', button_yes: 'نعم', button_no: 'لا', button_other_country: 'بلد آخر',
  widget_more: 'المزيد', widget_text_size: 'نص أكبر', widget_country: 'البلد',
}

const LANGUAGES = [
  {code: 'ar', name: 'العربية', dir: 'rtl'}, {code: 'en', name: 'English', dir: 'ltr'}, {code: 'ne', name: 'नेपाली', dir: 'ltr'},
]

/** @param {string} safety @param {string} work @param {string} danger @param {string} wages */
function menu(safety, work, danger, wages) {
  return [
    {group: 'safety', title: safety, pictogram: '🆘', topics: [{topic: 'emergency_danger', title: danger}]},
    {group: 'work', title: work, pictogram: '💼', topics: [{topic: 'wages_unpaid', title: wages}]},
  ]
}

const MENU = menu('Danger and safety', 'Work and wages', 'I am in danger', 'My wages are not paid')

/** @type {Record<string, Json>} */
export const INTERFACES = {
  en: {language: 'en', dir: 'ltr', languages: LANGUAGES, strings: STRINGS, menu: MENU},
  ne: {language: 'ne', dir: 'ltr', languages: LANGUAGES, strings: {...STRINGS, widget_send: 'पठाउनुहोस्'}, menu: MENU},
  ar: {
    language: 'ar', dir: 'rtl', languages: LANGUAGES, strings: {...STRINGS, ...ARABIC},
    menu: menu('الخطر والسلامة', 'العمل والأجور', 'أنا في خطر', 'لم يُدفع أجري'),
  },
}

/** @type {Record<string, Record<string, string>>} */
export const COUNTRIES = {en: {NP: 'Nepal', QA: 'Qatar'}, ar: {NP: 'نيبال', QA: 'قطر'}}

const NOTHING = {phones: [], channels: [], url: '', address: '', city: '', languages: '', free: '', note: '', name_local: '', checked_on: '2026-09-01'}

/** @type {Record<string, Json[]>} */
export const CONTACTS = {
  en: [
    {
      ...NOTHING, id: 'qa-emergency', kind: 'emergency', kind_label: 'Emergency number', name: 'Emergency: police, ambulance, fire', name_local: 'الطوارئ',
      does: 'Sends help at once.', phones: [{label: '000', href: 'tel:000'}], hours: 'Day and night, every day', free: 'The call is free',
      checked_label: 'Number checked on 1 September 2026',
    },
    {
      ...NOTHING, id: 'qa-labour', kind: 'labour_complaint', kind_label: 'Labour complaints', name: 'Ministry of Labour, complaints', does: 'Takes complaints about wages and papers.',
      phones: [{label: '+974 0000 0000', href: 'tel:+97400000000'}], channels: [{label: 'WhatsApp', href: 'https://wa.me/97400000000'}],
      url: 'https://example.org/labour', address: 'Street 1', city: 'Doha', hours: 'Hours: Sunday to Thursday 7:00–13:00',
      languages: 'Languages: Arabic, English', checked_label: 'This number has not been tested by us yet',
    },
  ],
  ar: [
    {
      ...NOTHING, id: 'qa-emergency', kind: 'emergency', kind_label: 'رقم الطوارئ', name: 'الطوارئ: الشرطة والإسعاف والإطفاء',
      does: 'ترسل المساعدة فورا.', phones: [{label: '000', href: 'tel:000'}], hours: 'ليلا ونهارا كل يوم', free: 'المكالمة مجانية',
      checked_label: 'تم التحقق من الرقم في ١ سبتمبر ٢٠٢٦',
    },
    {
      ...NOTHING, id: 'qa-labour', kind: 'labour_complaint', kind_label: 'شكاوى العمل', name: 'وزارة العمل، الشكاوى', name_local: 'Ministry of Labour',
      does: 'تستقبل الشكاوى عن الأجور والأوراق.', phones: [{label: '+974 0000 0000', href: 'tel:+97400000000'}],
      channels: [{label: 'WhatsApp', href: 'https://wa.me/97400000000'}], url: 'https://example.org/labour', city: 'الدوحة',
      hours: 'الأحد إلى الخميس 7:00–13:00', checked_label: 'لم نختبر هذا الرقم بعد',
    },
  ],
}

/** @type {Record<string, Json>} */
export const REPLIES = {
  en: {
    welcome: {
      text: 'Hello. I am Safar, a free help service for migrants. I am a computer program; people help when it matters.\nTell me in your own words what happened, or choose below.',
      buttons: [
        {title: '🆘 Danger and safety', payload: '/group{"group":"safety"}'}, {title: '💼 Work and wages', payload: '/group{"group":"work"}'},
        {title: 'Talk to a person', payload: '/talk_to_person'},
      ],
    },
    urgent: {text: 'If you are in danger now, call one of these numbers:', urgent: true, contacts: CONTACTS.en},
    answer: {
      text: '**Your wages must be paid**\nNobody may keep your wages.\nNot even to pay a debt.\n\n**What to do next**\n1. Write down the days you worked.\n2. Ask for the wages in writing.\n3. Complain at the Ministry of Labour.\n\n**Keep**\n• your contract\n• photos and messages',
      topic: 'wages_unpaid', answer_version: '3', contacts: CONTACTS.en?.slice(1), sources: [{title: 'Law No. 14 of 2004', url: 'https://example.org/law'}],
      buttons: [{title: 'This helped', payload: '/good'}, {title: 'Not what I asked', payload: '/bad'}],
    },
  },
  ar: {
    welcome: {
      text: 'مرحبا. أنا سفر، خدمة مساعدة مجانية للمهاجرين. أنا برنامج حاسوب؛ والناس يساعدون عندما يكون الأمر مهما.\nأخبرني بكلماتك بما حدث، أو اختر من الأسفل.',
      buttons: [{title: '🆘 الخطر والسلامة', payload: '/group{"group":"safety"}'}, {title: '💼 العمل والأجور', payload: '/group{"group":"work"}'}],
    },
    urgent: {text: 'إذا كنت في خطر الآن فاتصل بأحد هذه الأرقام:', urgent: true, contacts: CONTACTS.ar},
    answer: {
      text: '**يجب أن يُدفع أجرك**\nلا يجوز لأحد أن يحتفظ بأجرك.\n\n**ماذا تفعل بعد ذلك**\n1. اكتب الأيام التي عملت فيها.\n2. اطلب أجرك كتابة.\n3. اشتك إلى وزارة العمل.\n\n• عقدك\n• الصور والرسائل',
      contacts: CONTACTS.ar?.slice(1), sources: [{title: 'القانون رقم 14 لسنة 2004', url: 'https://example.org/law'}],
      buttons: [{title: 'هذا ساعدني', payload: '/good'}],
    },
  },
}
